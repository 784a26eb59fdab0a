// Random states of one mesh on one node, for property tests: everything a kernel can hold, whether
// or not a plan would ask for it. Small pools of names, addresses and keys make states collide
// often.
#pragma once

#include <rapidcheck.h>

#include <iosfwd>

#include "agent/state/kernel.h"
#include "agent/state/state.h"

namespace wgmesh {

inline constexpr const char* kMesh = "m";

// What a node may be found in: anything, and interfaces with one of their marks only.
rc::Gen<State> arbitrary_state();
// What may be wished for: the same, but with both marks on every interface, as every plan has them.
rc::Gen<State> arbitrary_wish();
// With less chance: nearly everything is there and up.
rc::Gen<State> planned_state();

Scope scope_of_mesh();

// As the operations that would build it.
void showValue(const State& state, std::ostream& out);

}  // namespace wgmesh
