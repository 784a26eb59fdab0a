// `wgmesh-agent status -J`: this node's meshes in the names and units of `mesh info -J` and `mesh status -J`
// (docs/json.md). status_json.h has the names of wg-json.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "agent/status/inspection.h"

namespace wgmesh {

// `version`: the agent's.
std::string status_document(std::span<const Inspection> inspections, std::string_view version);

}  // namespace wgmesh
