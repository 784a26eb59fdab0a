// What is wrong with one node of a mesh that runs, seen from that node alone; and whether the tree
// has its root among the nodes. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/said.h"
#include "controller/mesh/diagnosis.h"
#include "controller/mesh/mesh_view.h"

namespace wgmesh {

Finding finding(std::string where, Said said);

// Addresses that the mesh file gives the node, and that its bridge does not have.
void find_missing_addresses(const Node& node, const proto::Status& status,
                            std::vector<Finding>& findings);

// Packet filters that change or drop what the node passes on for its neighbours.
void find_firewall_faults(const Mesh& mesh, const Node& node, const proto::Hello& hello,
                          std::vector<Finding>& findings);

// Packet filters that keep peers from asking the node where it sees others.
void find_dropped_questions(const Mesh& mesh, const Node& node, const proto::Hello& hello,
                            std::vector<Finding>& findings);

// Nodes that take a bridge for the root which is no node of this mesh: a switch behind
// bridge_ports, or somebody who sees traffic pass that is not meant for him. One warning for each
// such root.
std::vector<Said> find_foreign_roots(const Mesh& mesh, const NodeViews& views);

// The node whose bridge has this ID ("1000.024200000001"): by the MAC that follows from its name,
// not by what any node says of itself. Null: none of the mesh.
const Node* find_bridge(const Mesh& mesh, const std::string& bridge_id);

}  // namespace wgmesh
