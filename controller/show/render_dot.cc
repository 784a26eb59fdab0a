#include "controller/show/render_dot.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>
#include <vector>

#include "controller/show/graph_words.h"

namespace wgmesh {
namespace {

std::string_view dot_style_of(LinkState state) {
  switch (state) {
    case LinkState::kTree:
      return "color=\"#0b63c5\", penwidth=2.5";
    case LinkState::kSplitHorizon:
      return "color=\"#1a7f37\", penwidth=1.5";
    case LinkState::kStandby:
      return "color=\"#7d8590\", style=dashed";
    case LinkState::kSettling:
      return "color=\"#b26a00\", style=dashed, penwidth=2";
    case LinkState::kNoHandshake:
    case LinkState::kSilent:
      return "color=\"#c8202f\", style=dotted, penwidth=2";
    case LinkState::kDown:
      return "color=\"#7d8590\", style=dotted";
    case LinkState::kUnknown:
      return "color=\"#7d8590\"";
  }
  return {};
}

std::string_view dot_style_of(DrawnState state) {
  switch (state) {
    case DrawnState::kUp:
      return "color=\"#0b63c5\"";
    case DrawnState::kDown:
      return "color=\"#7d8590\", style=\"rounded,dashed\"";
    case DrawnState::kUnreachable:
      return "color=\"#c8202f\", style=\"rounded,dotted\"";
    case DrawnState::kNotAsked:
      return "color=\"#7d8590\"";
  }
  return {};
}

// Lines of a label: "\n" ends one in Graphviz's language.
std::string label_of_lines(const std::vector<std::string>& lines) {
  std::string label;
  for (const std::string& line : lines) {
    const std::string quoted = quoted_for_dot(line);
    label += (label.empty() ? "" : "\\n") + quoted.substr(1, quoted.size() - 2);
  }
  return '"' + label + '"';
}

std::string dot_node(const GraphNode& node) {
  std::vector<std::string> lines{label_of(node)};
  lines.insert(lines.end(), node.addresses.begin(), node.addresses.end());
  return fmt::format("{} [label={}, {}{}];\n", quoted_for_dot(node.name), label_of_lines(lines),
                     dot_style_of(node.state), node.is_root ? ", peripheries=2" : "");
}

}  // namespace

std::string render_dot(const GraphPicture& picture) {
  const std::vector<std::string> heading{title_of(picture),
                                         fmt::format("{}", fmt::join(facts_of(picture), ", "))};
  const std::vector<std::string> sites = sites_of(picture);
  std::string out = fmt::format("graph {} {{\n", quoted_for_dot(picture.mesh));
  // circo draws no box around a site.
  out += fmt::format("  graph [label={}, labelloc=t, layout={}, overlap=false, splines=true];\n",
                     label_of_lines(heading), sites.empty() ? "circo" : "fdp");
  out += "  node [shape=box, style=rounded];\n  edge [fontsize=10];\n";
  for (const GraphNode& node : picture.nodes) {
    if (node.site.empty()) { out += "  " + dot_node(node); }
  }
  for (std::size_t i = 0; i < sites.size(); ++i) {
    out += fmt::format("  subgraph cluster_{} {{\n    label={};\n", i,
                       quoted_for_dot("site " + sites[i]));
    for (const GraphNode& node : picture.nodes) {
      if (node.site == sites[i]) { out += "    " + dot_node(node); }
    }
    out += "  }\n";
  }
  for (const GraphLink& link : picture.links) {
    const std::string label =
        link.round_trip ? fmt::format("label=\"{}\", ", round_trip_text(*link.round_trip)) : "";
    out +=
        fmt::format("  {} -- {} [{}{}, tooltip={}];\n", quoted_for_dot(picture.nodes[link.a].name),
                    quoted_for_dot(picture.nodes[link.b].name), label, dot_style_of(link.state),
                    quoted_for_dot(line_of(picture, link)));
  }
  return out + "}\n";
}

}  // namespace wgmesh
