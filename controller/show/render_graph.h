// `graph` in any of its formats.
#pragma once

#include <string>

#include "controller/mesh/graph_picture.h"
#include "controller/show/graph_format.h"

namespace wgmesh {

std::string render_graph(const GraphPicture& picture, GraphFormat format);

}  // namespace wgmesh
