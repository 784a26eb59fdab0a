// `graph` as one page that needs nothing else: no network, no framework.
#pragma once

#include <string>

#include "controller/mesh/graph_picture.h"

namespace wgmesh {

// The SVG, and a table of the nodes. A node that is pointed at, or chosen with click or Enter,
// shows its links. Ends with a newline.
std::string render_html(const GraphPicture& picture);

}  // namespace wgmesh
