// The port at which a node tells peers where it sees others.
#pragma once

#include <cstdint>

namespace wgmesh {

// UDP, at the inner address. No WireGuard device of a mesh may listen there, and the kernel gives it to nobody by itself.
inline constexpr std::uint16_t kLocatePort = 21820;

}  // namespace wgmesh
