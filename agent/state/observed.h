// What was observed, completed by what is known besides: the kernel does not tell everything, and
// peers move by themselves. Pure.
#pragma once

#include <optional>

#include "agent/state/observation.h"
#include "agent/state/state.h"
#include "proto/plan.pb.h"

namespace wgmesh {

// Fills in the times that could not be read with those of `known`.
void fill_in(Bridge& observed, const Bridge& known);

// Whether a time of the bridge could not be read.
bool lacks_times(const State& observed);
// Fills in such times with what `committed` has set there.
void fill_in_times(State& observed, const std::optional<proto::Plan>& committed);

// Fills in the times of a bridge that is taken over as it was made: the kernel's own.
void fill_in_adopted(State& observed, const Scope& scope);

// `wanted`, but for endpoints of peers that have one in `observed`: a peer may roam at any moment,
// and that is neither a failure to verify nor a reason to change anything.
State with_live_endpoints(State wanted, const State& observed);

// True if nothing of ours differs between the two readings, apart from the endpoints of peers.
// Ports of others are theirs to change, and so is /etc/hosts: nodes of one machine may share it.
bool is_unchanged(const State& before, const State& now);

}  // namespace wgmesh
