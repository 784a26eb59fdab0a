// Mesh and facts in, one plan per node out. Pure, deterministic, and the only place that decides
// listen ports, peering and timers of what will stand on a node. Knows no SSH and no terminal.
#pragma once

#include <string>
#include <vector>

#include "controller/mesh/facts.h"
#include "controller/mesh/mesh.h"
#include "controller/mesh/segment_mtu.h"
#include "controller/mesh/tree_choice.h"
#include "proto/plan.pb.h"
#include "proto/session.pb.h"

namespace wgmesh {

// What `node` is asked to look at before it is planned for.
proto::Open open_for(const Mesh& mesh, const Node& node);

// The plan of `node`, which `facts` must hold. Where path costs are measured, they and the
// priorities that are open are those of `choice`, else what the node has stored.
proto::Plan plan_for(const Mesh& mesh, const Node& node, const Facts& facts, const SegmentMtu& mtu,
                     const TreeChoice* choice = nullptr);

// What `node` is asked for: the plan, in short where its agent takes that. Without goal and secrets.
proto::Propose proposal_for(const Mesh& mesh, const Node& node, const Facts& facts,
                            const SegmentMtu& mtu, const TreeChoice* choice = nullptr);

// Nodes that somebody's stored plan has for a peer, and that the mesh file no longer names, sorted.
std::vector<std::string> vanished_nodes(const Mesh& mesh, const Facts& facts);

}  // namespace wgmesh
