// Names and counts in a sentence: "a", "a and b", "a, b and c"; "1 change", "2 changes".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wgmesh {

// Past `most`: "… and 12 more".
std::string enumerated(const std::vector<std::string>& names, std::size_t most = 8);

std::string counted(std::size_t count, std::string_view noun);

}  // namespace wgmesh
