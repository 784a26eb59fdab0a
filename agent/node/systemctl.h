// systemctl, the one program that the agent runs: by its absolute path, with fixed words, and
// without anything of our own environment, signals or files.
#pragma once

#include <string>
#include <vector>

namespace wgmesh {

// `words`: verb, options and units. Throws Error with what it says when it fails, or does not
// answer in 20 s.
void run_systemctl(const std::string& systemctl, const std::vector<std::string>& words);

}  // namespace wgmesh
