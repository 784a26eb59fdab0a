// A node of a mesh as a test wants it: the State, and a list of operations that makes it on a node
// that has nothing, written out by hand so that kernel tests stand apart from `diff`.
#pragma once

#include <vector>

#include "agent/state/kernel.h"
#include "agent/state/operation.h"
#include "agent/state/state.h"

namespace wgmesh {

inline constexpr const char* kMesh = "test";

State wanted_mesh(int peers, TunnelKind kind);
std::vector<Operation> operations_for(const State& state);
Scope scope_for(const State& state);

}  // namespace wgmesh
