// `hello` tells already what is taken over. Fills it with what the node is apart from the mesh: missing kernel modules, the way to each
// endpoint, and what is in the way of the plan.
#pragma once

#include "agent/node/this_node.h"
#include "agent/peers/endpoints.h"

namespace wgmesh {

void put_node_facts(const proto::Open& open, const ResolvedEndpoints& endpoints,
                    proto::Hello& hello);

}  // namespace wgmesh
