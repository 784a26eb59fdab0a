// `wgmesh-agent status --json`: the names of wireguard-tools' wg-json where it has one. status_document.h has the names of
// `mesh info` and `mesh status`.
#pragma once

#include <span>
#include <string>

#include "agent/status/inspection.h"

namespace wgmesh {

std::string status_json(std::span<const Inspection> inspections);

}  // namespace wgmesh
