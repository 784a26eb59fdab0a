// What a change does to /etc/hosts. Others write that file, too, and it may be damaged or its disk
// full: where interfaces come back or go, that keeps none of them from it, and no journal open.
#pragma once

#include <optional>
#include <vector>

#include "agent/change/proposal.h"
#include "agent/state/kernel.h"
#include "agent/state/operation.h"

namespace wgmesh {

std::vector<Operation> without_hosts(std::vector<Operation> operations);

// Leaves /etc/hosts out of the proposal. Returns what was to be done there.
std::vector<Operation> take_out_hosts(Proposal& proposal);

// Applies operations that are of /etc/hosts alone. Returns what keeps the file from being changed.
std::optional<Said> write_hosts(Kernel& kernel, const std::vector<Operation>& operations);

}  // namespace wgmesh
