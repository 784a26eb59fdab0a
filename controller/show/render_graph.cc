#include "controller/show/render_graph.h"

#include "controller/show/render_dot.h"
#include "controller/show/render_html.h"
#include "controller/show/render_mermaid.h"
#include "controller/show/render_svg.h"

namespace wgmesh {

std::string render_graph(const GraphPicture& picture, std::span<const NodeRow> rows,
                         GraphFormat format) {
  switch (format) {
    case GraphFormat::kMermaid:
      return render_mermaid(picture);
    case GraphFormat::kDot:
      return render_dot(picture);
    case GraphFormat::kSvg:
      return render_svg(picture);
    case GraphFormat::kHtml:
      return render_html(picture, rows);
  }
  return {};
}

}  // namespace wgmesh
