// What the nodes have stored of what was learned about pairs without an endpoint. Pure.
#pragma once

#include <map>
#include <span>
#include <string>

#include "controller/mesh/diagnosis.h"
#include "controller/mesh/mesh.h"
#include "controller/mesh/planner.h"
#include "controller/mesh/report.h"

namespace wgmesh {

// A pair has a link only if both of its nodes have stored where the other one is. A reason for none
// counts only if both have stored the same. For a node that is not in `facts` the other one speaks.
// Pairs that are not learnable in `mesh` are left out.
Learned stored_learned(const Mesh& mesh, const Facts& facts);

// `mesh` with what the nodes that were asked have stored, for verbs that only read.
Mesh with_learned(Mesh mesh, std::span<const NodeReport> reports);
Mesh with_learned(Mesh mesh, const Examination& examination);

}  // namespace wgmesh
