// A mesh of any size that stands: its file, and what its nodes n0, n1 … say of themselves. Each call gives the same.
#pragma once

#include <string>

#include "controller/mesh/mesh.h"
#include "controller/mesh/tree.h"
#include "proto/session.pb.h"

namespace wgmesh {

// As mesh.yaml. Every node has an endpoint, and its agent is started by an exec prefix: `exec` and the node's number.
std::string mesh_text(int nodes, const std::string& exec = "play");
Mesh large_mesh(int nodes);

// Of a node that has been up before with all the others. Its peers hold the same preshared keys.
proto::Hello hello_of(const Mesh& mesh, const Node& node);

// Milliseconds between points in a plane, with noise: as of machines in the cities of a continent.
RoundTrips large_round_trips(int nodes);

}  // namespace wgmesh
