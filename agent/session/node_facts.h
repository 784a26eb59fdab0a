// Fills a hello with what the node is apart from the mesh: missing kernel modules, the way to each
// endpoint, and what is in the way of the plan.
#pragma once

#include <set>
#include <string>

#include "agent/node/this_node.h"
#include "agent/peers/endpoints.h"

namespace wgmesh {

// `adopted`: interfaces that the tool before this one made, and that are the mesh's from now on.
void put_node_facts(const proto::Open& open, const ResolvedEndpoints& endpoints,
                    const KernelReading& reading, const std::set<std::string>& adopted,
                    proto::Hello& hello);

}  // namespace wgmesh
