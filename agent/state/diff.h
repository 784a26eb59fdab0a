// The one place that knows the order of changes. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "agent/state/operation.h"
#include "agent/state/state.h"

namespace wgmesh {

// The operations that turn `observed` into `desired`, in the order to apply them; empty when they
// are equal. Everything that adds, changes or only silences comes first, all deletions
// (is_deletion) last, so a transaction applies the first part before the barrier and the second at
// commit. What the second part deletes, the first has silenced: tunnels down and without master,
// peers without allowed IPs. (A bridge or device that goes as a whole stays up until then, so that
// its addresses and routes are there for an undo.) Undo is diff(before, observed now).
//
// One message that takes the WireGuard device down would silence all tunnels, but that is no way:
//  - The route to the tunnels' ends goes with the device. The kernel then sends their frames by
//    another route, in plain.
//  - Ports stay in their bridge and hear nobody. After max_age each bridge takes itself for the root,
//    and all its ports forward. An undo then closes loops.
//
// Four things must go before what takes their place can come, and so are deletions in the first
// part, always followed there by what they make room for:
//  - a tunnel that changes between gretap and ip6gretap under the same name (an undo re-creates
//  it),
//  - an altname that another interface of ours is to have,
//  - an IPv6 address of which only the prefix length changes,
//  - an IPv4 address in the subnet of one that stays or comes (a primary takes its secondaries
//  along).
// So a list is split with first_deletion(), not by looking for the first is_deletion.
std::vector<Operation> diff(const State& desired, const State& observed);

// The part of it that is to be done in /etc/hosts.
std::vector<Operation> diff_of_hosts(const std::optional<HostsBlock>& desired,
                                     const std::optional<HostsBlock>& observed);

// Where the deletion part of a list made by diff begins: after its last operation that is no
// deletion.
std::size_t first_deletion(const std::vector<Operation>& operations);

// `observed` equals `desired`, with the tolerances of diff: a bridge timer one tick off, an unknown
// ageing time, a path cost of 0 (whatever the kernel computed), a peer's endpoint where none is
// wanted (the kernel cannot forget one), foreign ports that `desired` does not name, and what the
// node's limits keep from being set.
bool matches(const State& desired, const State& observed);

}  // namespace wgmesh
