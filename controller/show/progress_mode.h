// In which form progress and errors are told on stderr.
#pragma once

#include <cstdint>

namespace wgmesh {

enum class ProgressMode : std::uint8_t { kAuto, kTty, kPlain, kJson, kQuiet };

}  // namespace wgmesh
