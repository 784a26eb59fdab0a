// `graph` in any of its formats.
#pragma once

#include <span>
#include <string>

#include "controller/mesh/graph_picture.h"
#include "controller/mesh/status_rows.h"
#include "controller/show/graph_format.h"

namespace wgmesh {

// `rows`: as `status` has them, for the table of a page; none for a picture of the mesh file alone.
std::string render_graph(const GraphPicture& picture, std::span<const NodeRow> rows,
                         GraphFormat format);

}  // namespace wgmesh
