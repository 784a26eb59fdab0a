// The meshes of this node as people and monitors are told of them: the kernel is read, and compared with what
// is stored.
#pragma once

#include <string>
#include <vector>

#include "agent/abandoned_change.h"
#include "agent/node/this_node.h"
#include "agent/status/inspection.h"
#include "agent/store/store.h"

namespace wgmesh {

// The one of that name, or with an empty name all that are stored. Throws Error if it is not
// stored, and if this process may not read the store or the kernel.
std::vector<Inspection> inspect(const ThisNode& this_node, const std::string& mesh);

// One mesh, of which `change` was left: what was stored is loaded once, and the kernel is read once.
Inspection inspect_one(Kernel& kernel, const Store& store, const std::string& mesh,
                       const AbandonedChange& change);

// Throws SystemError where this process may not look into the store: it would seem to be empty.
void expect_readable(const Store& store);

}  // namespace wgmesh
