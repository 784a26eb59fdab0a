#include "controller/show/render_html.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <vector>

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

std::string state_text(const GraphPicture& picture, const GraphNode& node) {
  std::string text = words_of(node.state, picture.read_at.has_value());
  if (node.is_root) { text += ", root"; }
  if (!node.why.empty()) { text += ": " + node.why; }
  return text;
}

std::string row_text(const GraphPicture& picture, std::size_t index) {
  const GraphNode& node = picture.nodes[index];
  return fmt::format(
      "<tr class=\"{}\" data-node=\"{}\"><td class=\"name\">{}</td><td class=\"state\">{}</td>"
      "<td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
      class_of(node.state), index, escaped_for_xml(node.name),
      escaped_for_xml(state_text(picture, node)),
      escaped_for_xml(fmt::format("{}", fmt::join(node.addresses, ", "))),
      escaped_for_xml(node.site), node.mtu ? std::to_string(*node.mtu) : "",
      escaped_for_xml(links_text(picture, index)), round_trips_text(picture, index));
}

}  // namespace

std::string render_html(const GraphPicture& picture) {
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
      "<div class=\"scroll\">\n<table>\n<thead><tr><th>node</th><th>state</th><th>addresses</th>"
      "<th>site</th><th>MTU</th><th>links</th><th>round trips</th></tr></thead>\n<tbody>\n";
  for (std::size_t i = 0; i < picture.nodes.size(); ++i) { out += row_text(picture, i); }
  out += "</tbody>\n</table>\n</div>\n";
  return out + fmt::format("<script>{}</script>\n</body>\n</html>\n", kPageScript);
}

}  // namespace wgmesh
