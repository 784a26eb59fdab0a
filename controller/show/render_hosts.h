// The names of a mesh for /etc/hosts.
#pragma once

#include <string>

#include "controller/mesh/mesh.h"

namespace wgmesh {

// A line for each address of each node, in the order of the mesh file: the address without prefix length, the node's
// name, and NODE.MESH, which is unambiguous where a machine is in several meshes. Without nodes that are to be absent.
std::string render_hosts(const Mesh& mesh);

}  // namespace wgmesh
