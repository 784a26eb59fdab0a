// Names in a sentence: "a", "a and b", "a, b and c"; past eight, "… and 12 more".
#pragma once

#include <string>
#include <vector>

namespace wgmesh {

std::string enumerated(const std::vector<std::string>& names);

}  // namespace wgmesh
