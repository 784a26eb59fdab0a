// What a dead session left open is finished by whichever command comes next, unless somebody is at
// it. For the verbs that only look.
#pragma once

#include <string>

#include "agent/change/settle.h"
#include "agent/node/this_node.h"
#include "agent/status/inspection.h"
#include "agent/store/store.h"

namespace wgmesh {

struct AbandonedChange {
  OpenChange left = OpenChange::kNone;  // after this call
  Settled settled;                      // what was done, and what could not be
};

// Throws nothing of what a change or its lock may be: the mesh is shown all the same.
AbandonedChange finish_abandoned(const ThisNode& this_node, Kernel& kernel, const Store& store,
                                 const std::string& mesh);

}  // namespace wgmesh
