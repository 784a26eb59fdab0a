// The least that the kernel takes for a new mesh: the same messages as the agent's, made beforehand, sent in as few
// sends, and acknowledged.
#pragma once

#include <vector>

#include "agent/state/operation.h"

namespace wgmesh {

// Tells its time as the step "floor". Throws Error if the kernel refuses one, std::logic_error for an operation that a
// new mesh has not.
void send_all(const std::vector<Operation>& operations);

}  // namespace wgmesh
