// The meshes of this node as a monitor is told of them: the kernel is read, and compared with what
// is stored.
#pragma once

#include <string>
#include <vector>

#include "agent/node/this_node.h"
#include "agent/status/inspection.h"

namespace wgmesh {

// The one of that name, or with an empty name all that are stored. Throws Error if it is not
// stored, and if this process may not read the store or the kernel.
std::vector<Inspection> inspect(const ThisNode& this_node, const std::string& mesh);

}  // namespace wgmesh
