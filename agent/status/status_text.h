// `wgmesh-agent status` for people: the layout of `wg show`, then bridge and ports. Secrets are
// only ever "(hidden)".
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "agent/status/inspection.h"

namespace wgmesh {

// `now`: seconds since the epoch, for the age of handshakes.
std::string status_text(std::span<const Inspection> inspections, std::int64_t now);

}  // namespace wgmesh
