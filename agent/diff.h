// The one place that knows the order of changes. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "agent/operation.h"
#include "agent/state.h"

namespace wgmesh {

// The operations that turn `observed` into `desired`, in the order to apply them; empty when they
// are equal. Everything that adds, changes or only detaches comes first, all deletions
// (is_deletion) last, so a transaction applies the first part before the barrier and the second at
// commit. What the second part deletes, the first has detached: ports down and without master,
// peers without allowed IPs. Undo is diff(before, observed now). A bridge timer one tick off is
// equal.
std::vector<Operation> diff(const State& desired, const State& observed);

// `observed` equals `desired`, with the tolerances of diff: a timer one tick off, a path cost of 0 (the
// kernel's), a peer's endpoint where none is wanted (the kernel cannot forget one), and foreign ports
// that `desired` does not name.
bool matches(const State& desired, const State& observed);

}  // namespace wgmesh
