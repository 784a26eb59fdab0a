#include "controller/show/render_html.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "controller/show/amounts.h"
#include "controller/show/graph_words.h"
#include "controller/show/html_page.h"
#include "controller/show/render_svg.h"

namespace wgmesh {
namespace {

// "2 tree, 1 standby (blocked port)".
std::string links_text(const GraphPicture& picture, std::size_t node) {
  std::map<LinkState, std::size_t> counts;
  for (const GraphLink& link : picture.links) {
    if (link.a == node || link.b == node) { ++counts[link.state]; }
  }
  std::vector<std::string> parts;
  for (const auto& [state, count] : counts) {
    parts.push_back(fmt::format("{} {}", count, words_of(state, picture.read_at.has_value())));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

// The least and the largest of its links.
std::string round_trips_text(const GraphPicture& picture, std::size_t node) {
  std::vector<std::chrono::microseconds> times;
  for (const GraphLink& link : picture.links) {
    if (link.round_trip && (link.a == node || link.b == node)) {
      times.push_back(*link.round_trip);
    }
  }
  if (times.empty()) { return {}; }
  const auto [least, most] = std::ranges::minmax(times);
  const std::string text = round_trip_text(least);
  return least == most ? text : text + " – " + round_trip_text(most);
}

// Null: the node was not asked, or nobody was.
const NodeRow* row_of(std::span<const NodeRow> rows, const GraphNode& node) {
  const auto found = std::ranges::find(rows, node.name, &NodeRow::name);
  return found == rows.end() ? nullptr : &*found;
}

std::string state_text(const GraphPicture& picture, const GraphNode& node, const NodeRow* row) {
  std::string text =
      row != nullptr ? to_text(row->state) : words_of(node.state, picture.read_at.has_value());
  if (node.is_root) { text += ", root"; }
  if (!node.why.empty()) { text += ": " + node.why; }
  return text;
}

template <class Amount>
std::string amount_cell(std::string_view name, const std::optional<Amount>& amount,
                        std::string (*text)(Amount), std::string_view unit) {
  if (!amount) { return fmt::format("<td class=\"{}\"></td>", name); }
  return fmt::format("<td class=\"{}\" title=\"{} {}\">{}</td>", name, *amount, unit,
                     text(*amount));
}

std::string size_text(std::uint64_t bytes) { return bytes_text(static_cast<double>(bytes)); }

// What `status` tells besides the state. What is cut short there stands in full behind it.
std::string status_cells(const NodeRow* row) {
  if (row == nullptr || row->state == NodeState::kUnreachable) {
    return "<td class=\"peers\"></td><td class=\"handshake\"></td><td class=\"tree\"></td>"
           "<td class=\"rx\"></td><td class=\"tx\"></td>";
  }
  std::string tree;
  if (row->tree) {
    const std::string& port = row->tree->peer.empty() ? row->tree->port : row->tree->peer;
    tree = row->tree->is_root ? "root" : fmt::format("{} {}", port, row->tree->path_cost);
  }
  return fmt::format("<td class=\"peers\">{}/{}</td>", row->peers_up, row->peers) +
         amount_cell("handshake", row->oldest_handshake, short_age_text, "seconds") +
         fmt::format("<td class=\"tree\">{}</td>", escaped_for_xml(tree)) +
         amount_cell("rx", row->received, size_text, "bytes") +
         amount_cell("tx", row->sent, size_text, "bytes");
}

std::string row_text(const GraphPicture& picture, std::span<const NodeRow> rows,
                     std::size_t index) {
  const GraphNode& node = picture.nodes[index];
  const NodeRow* row = row_of(rows, node);
  return fmt::format(
      "<tr class=\"{}\" data-node=\"{}\"><td class=\"name\">{}</td><td class=\"state\">{}</td>"
      "<td class=\"addresses\">{}</td>{}<td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
      class_of(node.state), index, escaped_for_xml(node.name),
      escaped_for_xml(state_text(picture, node, row)),
      escaped_for_xml(fmt::format("{}", fmt::join(node.addresses, ", "))),
      rows.empty() ? std::string() : status_cells(row), escaped_for_xml(node.site),
      node.mtu ? std::to_string(*node.mtu) : "", escaped_for_xml(links_text(picture, index)),
      round_trips_text(picture, index));
}

}  // namespace

std::string render_html(const GraphPicture& picture, std::span<const NodeRow> rows) {
  std::string out = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n"
      // A browser asks for an icon unless the page has one.
      "<link rel=\"icon\" "
      "href=\"data:,\">\n<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n",
      escaped_for_xml(title_of(picture)), kPageStyle);
  out += "<div class=\"scroll\">\n" + render_svg(picture) + "</div>\n";
  out +=
      "<p class=\"hint\">Point at a node to see its links; click, and they stay.</p>\n"
      "<div class=\"scroll\">\n<table>\n<thead><tr><th>node</th><th>state</th><th>addresses</th>";
  if (!rows.empty()) {
    out += "<th>peers</th><th>handshake</th><th>tree</th><th>received</th><th>sent</th>";
  }
  out += "<th>site</th><th>MTU</th><th>links</th><th>round trips</th></tr></thead>\n<tbody>\n";
  for (std::size_t i = 0; i < picture.nodes.size(); ++i) { out += row_text(picture, rows, i); }
  out += "</tbody>\n</table>\n</div>\n";
  return out + fmt::format("<script>{}</script>\n</body>\n</html>\n", kPageScript);
}

}  // namespace wgmesh
