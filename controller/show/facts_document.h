// What `info -J` and `status -J` tell alike: the facts of the mesh and of each node, with their names. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <span>

#include "controller/mesh/mesh.h"
#include "controller/mesh/report.h"

namespace wgmesh {

// name, network, is_up, config_exists, root and mtu; pairs_without_link if there are any.
nlohmann::ordered_json mesh_facts(const Mesh& mesh, std::span<const NodeReport> reports);

// host, is_up, config_exists, address, peers and addresses; learned_peers if there are any.
nlohmann::ordered_json node_facts(const Mesh& mesh, const Node& node, const NodeReport& report);

// Of a segment, and of a VLAN in it. Bytes.
nlohmann::ordered_json mtu_facts(unsigned segment);

}  // namespace wgmesh
