// A played node that keeps the plan of its last commit in a file, so that one run of mesh finds what the run before
// has left: nothing to do, one endpoint that differs, or a mesh that was taken down. It knows no kernel: a change is
// told for the device, and for each peer that comes, goes or differs.
#pragma once

#include <filesystem>

#include "tests/support/controller/scripted_agent.h"

namespace wgmesh {

// `file` holds the committed Propose, and is missing where no mesh is stored. Throws std::runtime_error if it cannot be
// written.
void keep_plan(ScriptedNode& node, const std::filesystem::path& file);

}  // namespace wgmesh
