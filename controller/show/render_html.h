// `graph` as one page that needs nothing else: no network, no framework.
#pragma once

#include <span>
#include <string>

#include "controller/mesh/graph_picture.h"
#include "controller/mesh/status_rows.h"

namespace wgmesh {

// The SVG, and a table of the nodes with what `status` tells of them (`rows`; those of the picture's nodes, in any
// order). A node that is pointed at, or chosen with click or Enter, shows its links. Ends with a newline.
std::string render_html(const GraphPicture& picture, std::span<const NodeRow> rows = {});

}  // namespace wgmesh
