// Whether a file that is at fault can still be asked for its links: a node without an endpoint
// cannot be told from one whose key was misspelt. Pure.
#pragma once

#include <vector>

#include "controller/file/fault.h"

namespace wgmesh {

// True when no fault is about what decides which nodes are peers, and how they reach each other.
bool peering_is_known(const std::vector<Fault>& faults);

}  // namespace wgmesh
