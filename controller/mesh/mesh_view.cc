#include "controller/mesh/mesh_view.h"

namespace wgmesh {
namespace {

template <class Message>
const Message* pointer_to(const std::optional<Message>& message) {
  return message ? &*message : nullptr;
}

}  // namespace

NodeViews views_of(const Examination& examination) {
  NodeViews views;
  for (const auto& [name, examined] : examination.nodes) {
    views[name] = {pointer_to(examined.status), pointer_to(examined.afterwards),
                   pointer_to(examined.hello), examined.unreachable, examined.clock_skew};
  }
  return views;
}

NodeViews views_of(std::span<const NodeReport> reports) {
  NodeViews views;
  for (const NodeReport& report : reports) {
    views[report.node] = {pointer_to(report.status), nullptr, pointer_to(report.hello),
                          report.unreachable, report.clock_skew};
  }
  return views;
}

LinkTable links_of(const Mesh& mesh, const NodeViews& views) {
  return LinkTable(mesh, [&](const Node& node) {
    const auto view = views.find(node.name);
    return view == views.end() ? nullptr : view->second.status;
  });
}

}  // namespace wgmesh
