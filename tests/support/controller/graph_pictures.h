// Pictures of meshes for the tests of what draws them.
#pragma once

#include <cstddef>
#include <string>

#include "controller/mesh/graph_picture.h"

namespace wgmesh {

// Four nodes, n0 to n3: one for each state, two sites, a link of each kind.
GraphPicture picture_of_everything();

// `count` nodes, all peered, up; the first is the root, and the tree is a star around it.
GraphPicture picture_of_full_mesh(std::size_t count, const std::string& prefix = "node");

// The same as the mesh file alone would draw it: nobody was asked.
GraphPicture offline(GraphPicture picture);

}  // namespace wgmesh
