// What is asked of each node in one transaction. Pure.
#pragma once

#include "controller/mesh/mesh.h"
#include "controller/mesh/planner.h"

namespace wgmesh {

// `wanted`: what the verb asks of the mesh. `wakes`: nodes that were taken down come up again. If
// it is unset, a node that was taken down stays down, and a new node joins the others, whatever
// they are. A node that the mesh file calls absent is always removed.
proto::Goal goal_for(const Mesh& mesh, const Node& node, const Facts& facts, proto::Goal wanted,
                     bool wakes);

}  // namespace wgmesh
