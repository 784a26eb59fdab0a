// What a change does to /etc/hosts. Others write that file, too; it may be damaged, or its disk full.
// Where interfaces come back or go, a fault of the file stops none of them, and no journal stays
// open for it.
#pragma once

#include <optional>
#include <vector>

#include "agent/change/proposal.h"
#include "agent/state/kernel.h"
#include "agent/state/operation.h"

namespace wgmesh {

std::vector<Operation> without_hosts(std::vector<Operation> operations);

// Leaves /etc/hosts out of the proposal. Returns the block that was wanted there.
std::optional<HostsBlock> take_out_hosts(Proposal& proposal);

// Lets /etc/hosts have the block `wanted`, or none, if it was not observed there last (`now`). Returns
// what keeps the file from being changed.
std::optional<Said> change_hosts(Kernel& kernel, const Scope& scope,
                                 const std::optional<HostsBlock>& now,
                                 const std::optional<HostsBlock>& wanted);

}  // namespace wgmesh
