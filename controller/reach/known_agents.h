// The agents that this program was built with. The build makes the list.
#pragma once

#include <span>
#include <string_view>

namespace wgmesh {

// The SHA-256 of each, as 64 hexadecimal digits.
std::span<const std::string_view> known_agents();

}  // namespace wgmesh
