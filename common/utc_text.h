// A moment as people read it everywhere: "2026-01-31 23:59:59 UTC".
#pragma once

#include <ctime>
#include <string>

namespace wgmesh {

std::string utc_text(std::time_t seconds);

}  // namespace wgmesh
