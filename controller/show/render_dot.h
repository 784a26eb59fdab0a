// `graph` for Graphviz.
#pragma once

#include <string>

#include "controller/mesh/graph_picture.h"

namespace wgmesh {

// A graph in Graphviz's language that names the layout which suits it. Ends with a newline.
std::string render_dot(const GraphPicture& picture);

}  // namespace wgmesh
