// The node's clock, for what the kernel stamps with it (handshakes). It may jump: an age by it is
// only believed between 0 and a bound.
#pragma once

#include <chrono>
#include <cstdint>

namespace wgmesh {

// Seconds since the epoch. Not std::time(): that clock is a few milliseconds late, and a handshake
// of this instant would be one of the future.
inline std::int64_t wall_clock() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace wgmesh
