#include "controller/show/graph_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "common/utc_text.h"
#include "controller/text/enumeration.h"
#include "controller/text/printable.h"

namespace wgmesh {
namespace {

constexpr std::size_t kMostColumns = 32;  // of a node's name in a picture

std::string mtu_text(const GraphPicture& picture) {
  std::vector<std::string> mtus;
  for (const unsigned mtu : picture.mtus) { mtus.push_back(std::to_string(mtu)); }
  if (!mtus.empty()) { return "MTU " + enumerated(mtus); }
  return picture.read_at ? std::string() : std::string("MTU auto");
}

std::string tree_text(const GraphPicture& picture) {
  if (!picture.has_tree) { return "split horizon"; }
  if (picture.roots.empty()) { return {}; }
  return fmt::format("root{} {}", picture.roots.size() == 1 ? "" : "s",
                     printable(enumerated(picture.roots)));
}

std::string counts_text(const GraphPicture& picture) {
  const auto count = [&](DrawnState state) {
    return std::ranges::count(picture.nodes, state, &GraphNode::state);
  };
  const auto all = static_cast<std::ptrdiff_t>(picture.nodes.size());
  if (!picture.read_at) { return counted(picture.nodes.size(), "node"); }
  std::string text = fmt::format("{} of {} up", count(DrawnState::kUp),
                                 counted(static_cast<std::size_t>(all), "node"));
  if (const auto not_asked = count(DrawnState::kNotAsked); not_asked > 0) {
    text += fmt::format(", {} not asked", not_asked);
  }
  return text;
}

}  // namespace

std::string words_of(LinkState state, bool is_live) {
  switch (state) {
    case LinkState::kUnknown:
      return is_live ? "not known" : "in the mesh file";
    case LinkState::kTree:
      return "tree";
    case LinkState::kStandby:
      return "standby (blocked port)";
    case LinkState::kSettling:
      return "not settled";
    case LinkState::kSplitHorizon:
      return "split horizon";
    case LinkState::kNoHandshake:
      return "no handshake";
    case LinkState::kSilent:
      return "handshake, but nothing passes";
    case LinkState::kDown:
      return "down at an end";
  }
  return {};
}

std::string words_of(DrawnState state, bool is_live) {
  switch (state) {
    case DrawnState::kNotAsked:
      return is_live ? "not asked" : "in the mesh file";
    case DrawnState::kUp:
      return "up";
    case DrawnState::kDown:
      return "down";
    case DrawnState::kUnreachable:
      return "unreachable";
  }
  return {};
}

std::string round_trip_text(std::chrono::microseconds time) {
  const double milliseconds = static_cast<double>(time.count()) / 1000;
  const int decimals = milliseconds < 1 ? 2 : milliseconds < 10 ? 1 : 0;
  return fmt::format("{:.{}f} ms", milliseconds, decimals);
}

std::string label_of(const GraphNode& node) {
  std::string label = cut_to(printable(node.name), kMostColumns);
  if (node.is_root) { label += " (root)"; }
  if (node.state == DrawnState::kDown) { label += " (down)"; }
  if (node.state == DrawnState::kUnreachable) { label += " (unreachable)"; }
  return label;
}

std::string line_of(const GraphPicture& picture, const GraphLink& link) {
  std::string line = fmt::format("{} – {}: {}", printable(picture.nodes[link.a].name),
                                 printable(picture.nodes[link.b].name),
                                 words_of(link.state, picture.read_at.has_value()));
  if (link.is_learned) { line += ", learned"; }
  if (link.round_trip) { line += ", " + round_trip_text(*link.round_trip); }
  return line;
}

std::string line_of(const GraphPicture& picture, const GraphNode& node) {
  std::string line = printable(node.name);
  if (node.is_root) { line += ", root"; }
  if (picture.read_at) { line += ", " + words_of(node.state, true); }
  if (!node.why.empty()) { line += fmt::format(" ({})", printable(node.why)); }
  for (const std::string& address : node.addresses) { line += ", " + printable(address); }
  if (!node.site.empty()) { line += ", site " + printable(node.site); }
  if (node.mtu) { line += fmt::format(", MTU {}", *node.mtu); }
  return line;
}

std::string title_of(const GraphPicture& picture) { return "mesh " + printable(picture.mesh); }

std::vector<std::string> facts_of(const GraphPicture& picture) {
  std::vector<std::string> facts{"network " + printable(picture.network), mtu_text(picture),
                                 tree_text(picture), counts_text(picture)};
  if (picture.read_at) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(*picture.read_at);
    facts.push_back(utc_text(std::chrono::system_clock::to_time_t(seconds)));
  } else {
    facts.emplace_back("drawn from the mesh file");
  }
  std::erase(facts, std::string());
  return facts;
}

std::vector<std::string> sites_of(const GraphPicture& picture) {
  std::vector<std::string> sites;
  for (const GraphNode& node : picture.nodes) {
    if (!node.site.empty() && std::ranges::find(sites, node.site) == sites.end()) {
      sites.push_back(node.site);
    }
  }
  return sites;
}

std::string_view class_of(LinkState state) {
  switch (state) {
    case LinkState::kUnknown:
      return "unknown";
    case LinkState::kTree:
      return "tree";
    case LinkState::kStandby:
      return "standby";
    case LinkState::kSettling:
      return "settling";
    case LinkState::kSplitHorizon:
      return "split-horizon";
    case LinkState::kNoHandshake:
      return "no-handshake";
    case LinkState::kSilent:
      return "silent";
    case LinkState::kDown:
      return "end-down";
  }
  return {};
}

std::string_view class_of(DrawnState state) {
  switch (state) {
    case DrawnState::kNotAsked:
      return "unasked";
    case DrawnState::kUp:
      return "up";
    case DrawnState::kDown:
      return "down";
    case DrawnState::kUnreachable:
      return "unreachable";
  }
  return {};
}

std::string escaped_for_xml(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string quoted_for_dot(std::string_view text) {
  std::string out = "\"";
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') { out += '\\'; }
    // Labels may hold HTML entities.
    out += c == '&' ? std::string("&amp;") : std::string(1, c);
  }
  return out + '"';
}

std::string quoted_for_mermaid(std::string_view text) {
  constexpr std::string_view kPlain = " .,:-/()";
  std::string out = "\"";
  for (const char c : printable(text)) {
    const auto octet = static_cast<unsigned char>(c);
    const bool is_plain =
        octet >= 0x80 || std::isalnum(octet) != 0 || kPlain.find(c) != std::string_view::npos;
    out += is_plain ? std::string(1, c) : fmt::format("#{};", octet);
  }
  return out + '"';
}

}  // namespace wgmesh
