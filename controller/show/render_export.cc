#include "controller/show/render_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/show/error_document.h"

namespace wgmesh {
namespace {

using Json = nlohmann::ordered_json;

Json node_json(const NodeExport& node) {
  Json files = Json::array();
  for (const ShownFile& file : node.files) {
    Json one = {{"name", file.name}};
    one["text"] = file.text ? Json(*file.text) : Json(nullptr);
    files.push_back(std::move(one));
  }
  return {{"name", node.node},
          {"files", std::move(files)},
          {"error", node.error ? error_document(*node.error) : Json(nullptr)}};
}

}  // namespace

std::string render_export(const std::vector<NodeExport>& nodes) {
  std::string out;
  for (const NodeExport& node : nodes) {
    for (const ShownFile& file : node.files) {
      if (!file.text) {
        out += fmt::format("{}: {}\n", node.node, file.name);
        continue;
      }
      if (!out.empty()) { out += '\n'; }
      out += fmt::format("# {}/{}\n{}", node.node, file.name, *file.text);
    }
  }
  return out;
}

std::string render_export_json(const std::string& mesh, ExportFormat format,
                               const std::vector<NodeExport>& nodes) {
  Json out = {{"format_version", 1}, {"mesh", mesh}, {"format", name_of(format)}};
  out["ok"] = std::ranges::all_of(nodes, [](const NodeExport& node) { return !node.error; });
  out["nodes"] = Json::array();
  for (const NodeExport& node : nodes) { out["nodes"].push_back(node_json(node)); }
  return out.dump(2) + "\n";
}

}  // namespace wgmesh
