// `graph` as one SVG that needs nothing else: no font, no script, no network.
#pragma once

#include <string>

#include "controller/mesh/graph_picture.h"

namespace wgmesh {

// Light or dark as its reader prefers. Elements tell scripts what they are: a node has data-node, a
// link data-a and data-b, all indexes in the picture. Ends with a newline.
std::string render_svg(const GraphPicture& picture);

}  // namespace wgmesh
