#include "controller/show/render_mermaid.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "controller/show/graph_words.h"

namespace wgmesh {
namespace {

// The states from the one that is drawn first to the one that is left out first.
constexpr std::array<LinkState, 8> kByWeight = {
    LinkState::kNoHandshake, LinkState::kSilent,  LinkState::kTree, LinkState::kSplitHorizon,
    LinkState::kSettling,    LinkState::kUnknown, LinkState::kDown, LinkState::kStandby};

// The links that are drawn, in the picture's order.
std::vector<const GraphLink*> drawn_links(const GraphPicture& picture) {
  std::vector<const GraphLink*> links;
  for (const LinkState state : kByWeight) {
    for (const GraphLink& link : picture.links) {
      if (link.state == state && links.size() < kMostMermaidLinks) { links.push_back(&link); }
    }
  }
  std::ranges::sort(links);
  return links;
}

std::string_view mermaid_line_of(LinkState state) {
  switch (state) {
    case LinkState::kTree:
      return "===";
    case LinkState::kSplitHorizon:
    case LinkState::kUnknown:
      return "---";
    case LinkState::kStandby:
    case LinkState::kSettling:
    case LinkState::kNoHandshake:
    case LinkState::kSilent:
    case LinkState::kDown:
      return "-.-";
  }
  return {};
}

// CSS of a line; empty: Mermaid's own.
std::string_view mermaid_style_of(LinkState state) {
  switch (state) {
    case LinkState::kTree:
      return "stroke:#2f81f7,stroke-width:3px";
    case LinkState::kSplitHorizon:
      return "stroke:#2da44e,stroke-width:2px";
    case LinkState::kStandby:
    case LinkState::kDown:
      return "stroke:#7d8590,stroke-width:1px";
    case LinkState::kSettling:
      return "stroke:#bf8700,stroke-width:2px";
    case LinkState::kNoHandshake:
    case LinkState::kSilent:
      return "stroke:#e5534b,stroke-width:2px";
    case LinkState::kUnknown:
      return {};
  }
  return {};
}

std::string mermaid_node(const GraphPicture& picture, std::size_t index) {
  const GraphNode& node = picture.nodes[index];
  return fmt::format("n{}[{}]:::{}\n", index, quoted_for_mermaid(label_of(node)),
                     class_of(node.state));
}

std::string mermaid_heading_of(const GraphPicture& picture, std::size_t left_out) {
  std::vector<std::string> facts = facts_of(picture);
  if (left_out > 0) {
    facts.push_back(fmt::format("{} of {} links are left out", left_out, picture.links.size()));
  }
  // A JSON string is a YAML string too.
  const nlohmann::json title = fmt::format("{}: {}", title_of(picture), fmt::join(facts, ", "));
  return fmt::format("---\ntitle: {}\n---\n",
                     title.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace

std::string render_mermaid(const GraphPicture& picture) {
  const std::vector<const GraphLink*> links = drawn_links(picture);
  std::string out = mermaid_heading_of(picture, picture.links.size() - links.size());
  out += "flowchart LR\n";
  for (std::size_t i = 0; i < picture.nodes.size(); ++i) {
    if (picture.nodes[i].site.empty()) { out += "  " + mermaid_node(picture, i); }
  }
  const std::vector<std::string> sites = sites_of(picture);
  for (std::size_t site = 0; site < sites.size(); ++site) {
    out += fmt::format("  subgraph s{}[{}]\n", site, quoted_for_mermaid("site " + sites[site]));
    for (std::size_t i = 0; i < picture.nodes.size(); ++i) {
      if (picture.nodes[i].site == sites[site]) { out += "    " + mermaid_node(picture, i); }
    }
    out += "  end\n";
  }
  for (const GraphLink* link : links) {
    const std::string label =
        link->round_trip ? fmt::format("|\"{}\"|", round_trip_text(*link->round_trip)) : "";
    out += fmt::format("  n{} {}{} n{}\n", link->a, mermaid_line_of(link->state), label, link->b);
  }
  for (const LinkState state : kByWeight) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < links.size(); ++i) {
      if (links[i]->state == state) { places.push_back(i); }
    }
    if (places.empty() || mermaid_style_of(state).empty()) { continue; }
    out += fmt::format("  %% {}\n  linkStyle {} {}\n", words_of(state, picture.read_at.has_value()),
                       fmt::join(places, ","), mermaid_style_of(state));
  }
  out += "  classDef up stroke:#2f81f7,stroke-width:2px\n";
  out += "  classDef down stroke:#7d8590,stroke-dasharray:4 3\n";
  out += "  classDef unreachable stroke:#e5534b,stroke-dasharray:2 3,stroke-width:2px\n";
  return out + "  classDef unasked stroke:#7d8590\n";
}

}  // namespace wgmesh
