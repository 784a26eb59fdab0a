// `graph` for Mermaid, which many sites draw where Markdown has a block of it.
#pragma once

#include <string>

#include "controller/mesh/graph_picture.h"

namespace wgmesh {

// Mermaid draws no flowchart of more links, whatever the text says.
inline constexpr std::size_t kMostMermaidLinks = 500;

// A flowchart. Where there are too many links, those that carry nothing are left out first, and the
// title says how many. Ends with a newline.
std::string render_mermaid(const GraphPicture& picture);

}  // namespace wgmesh
