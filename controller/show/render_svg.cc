#include "controller/show/render_svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

#include "controller/show/graph_layout.h"
#include "controller/show/graph_words.h"
#include "controller/show/svg_style.h"
#include "controller/text/printable.h"

namespace wgmesh {
namespace {

constexpr double kMargin = 24;
constexpr double kLeastWidth = 480;
constexpr double kTitleHeight = 30;
constexpr double kLineHeight = 19;  // of facts and legend
constexpr double kTextColumn = 7;  // of a proportional font of 12 pixels, as a letter takes at most
constexpr double kSymbol = 34;     // width of a symbol of the legend
constexpr double kBetween = 18;    // two entries
constexpr std::size_t kManyLinks = 60;

// From the lowest layer to the topmost.
constexpr std::array<LinkState, 8> kLayers = {
    LinkState::kStandby, LinkState::kUnknown,  LinkState::kDown,   LinkState::kSplitHorizon,
    LinkState::kTree,    LinkState::kSettling, LinkState::kSilent, LinkState::kNoHandshake};
constexpr std::array<DrawnState, 4> kNodeStates = {DrawnState::kUp, DrawnState::kDown,
                                                   DrawnState::kUnreachable, DrawnState::kNotAsked};

std::string_view word_of(TextAnchor anchor) {
  switch (anchor) {
    case TextAnchor::kStart:
      return "start";
    case TextAnchor::kMiddle:
      return "middle";
    case TextAnchor::kEnd:
      return "end";
  }
  return {};
}

std::string text_element(std::string_view style, const PlacedText& text) {
  const std::string turn = text.turn == 0
                               ? ""
                               : fmt::format(" transform=\"rotate({:.2f} {:.1f} {:.1f})\"",
                                             text.turn, text.at.x, text.at.y);
  return fmt::format(
      "<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" dy=\".35em\" text-anchor=\"{}\"{}>{}</text>\n",
      style, text.at.x, text.at.y, word_of(text.anchor), turn, escaped_for_xml(text.text));
}

std::string line_element(std::string_view style, Point from, Point to) {
  return fmt::format("<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>",
                     style, from.x, from.y, to.x, to.y);
}

// What the pointer may hit is wider than what is seen.
std::string link_element(const GraphPicture& picture, const GraphLayout& layout,
                         const GraphLink& link) {
  const Point& a = layout.nodes[link.a];
  const Point& b = layout.nodes[link.b];
  return fmt::format("<g class=\"g-edge\" data-a=\"{}\" data-b=\"{}\"><title>{}</title>{}{}</g>\n",
                     link.a, link.b, escaped_for_xml(line_of(picture, link)),
                     line_element("g-hit", a, b),
                     line_element(fmt::format("g-link g-{}", class_of(link.state)), a, b));
}

std::string disc_element(const GraphNode& node, Point at, double radius) {
  std::string out = fmt::format(
      "<circle class=\"g-disc\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\"/>", at.x, at.y, radius);
  if (node.is_root) {
    out += fmt::format("<circle class=\"g-root\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\"/>", at.x,
                       at.y, radius + 4);
  }
  return out;
}

std::string node_element(const GraphPicture& picture, const GraphLayout& layout,
                         std::size_t index) {
  const GraphNode& node = picture.nodes[index];
  return fmt::format("<g class=\"g-node g-{}\" data-node=\"{}\"><title>{}</title>{}\n{}</g>\n",
                     class_of(node.state), index, escaped_for_xml(line_of(picture, node)),
                     disc_element(node, layout.nodes[index], layout.node_radius),
                     text_element("g-label", layout.labels[index]));
}

std::string arc_element(const GraphLayout& layout, const SiteArc& arc) {
  const std::string way = arc.from == arc.to
                              ? "h.01"
                              : fmt::format("A {0:.1f} {0:.1f} 0 {1} 1 {2:.1f} {3:.1f}",
                                            layout.ring, arc.is_large ? 1 : 0, arc.to.x, arc.to.y);
  return fmt::format(
      "<path class=\"g-site g-site-{}\" stroke-width=\"{:.0f}\" d=\"M {:.1f} {:.1f} {}\"/>\n",
      arc.site % kSiteColors, layout.arc_width, arc.from.x, arc.from.y, way);
}

// An entry of the legend; `symbol` draws around 0, 0.
struct Entry {
  std::string symbol;
  std::string text;
};

std::vector<Entry> legend_of(const GraphPicture& picture) {
  const bool is_live = picture.read_at.has_value();
  std::vector<Entry> entries;
  for (auto layer = kLayers.rbegin(); layer != kLayers.rend(); ++layer) {
    if (std::ranges::find(picture.links, *layer, &GraphLink::state) == picture.links.end()) {
      continue;
    }
    entries.push_back(
        {line_element(fmt::format("g-link g-{}", class_of(*layer)), {-13, 0}, {13, 0}),
         "link: " + words_of(*layer, is_live)});
  }
  for (const DrawnState state : kNodeStates) {
    if (std::ranges::find(picture.nodes, state, &GraphNode::state) == picture.nodes.end()) {
      continue;
    }
    GraphNode like;
    like.state = state;
    entries.push_back(
        {fmt::format("<g class=\"g-{}\">{}</g>", class_of(state), disc_element(like, {0, 0}, 6)),
         "node: " + words_of(state, is_live)});
  }
  const std::vector<std::string> sites = sites_of(picture);
  for (std::size_t i = 0; i < sites.size(); ++i) {
    entries.push_back(
        {fmt::format("<path class=\"g-site g-site-{}\" stroke-width=\"13\" d=\"M -6 0 "
                     "h12\"/>",
                     i % kSiteColors),
         "site " + cut_to(printable(sites[i]), 40)});
  }
  return entries;
}

double width_of_text(std::string_view text) {
  return static_cast<double>(columns_of(text)) * kTextColumn;
}

// The facts, as many on a line as it takes.
std::vector<std::string> lines_of_facts(const GraphPicture& picture, double width) {
  std::vector<std::string> lines;
  for (const std::string& fact : facts_of(picture)) {
    const std::string longer = lines.empty() ? fact : lines.back() + "  ·  " + fact;
    if (lines.empty() || width_of_text(longer) > width) {
      lines.push_back(fact);
    } else {
      lines.back() = longer;
    }
  }
  return lines;
}

// In columns of one width, below each other.
struct Legend {
  std::vector<Entry> entries;
  std::size_t columns = 1;
  double column_width = 0;

  double height() const {
    return static_cast<double>((entries.size() + columns - 1) / columns) * kLineHeight;
  }
};

Legend legend_within(const GraphPicture& picture, double width) {
  Legend legend{legend_of(picture), 1, 0};
  for (const Entry& entry : legend.entries) {
    legend.column_width =
        std::max(legend.column_width, kSymbol + width_of_text(entry.text) + kBetween);
  }
  const double fitting = std::floor((width + kBetween) / legend.column_width);
  legend.columns = static_cast<std::size_t>(std::max(1.0, fitting));
  return legend;
}

std::string legend_text(const Legend& legend, double top) {
  std::string out;
  for (std::size_t i = 0; i < legend.entries.size(); ++i) {
    const double x = kMargin + static_cast<double>(i % legend.columns) * legend.column_width;
    const double y = top + (static_cast<double>(i / legend.columns) + 0.5) * kLineHeight;
    out += fmt::format("<g transform=\"translate({:.1f} {:.1f})\">{}</g>\n", x + kSymbol / 2 - 2, y,
                       legend.entries[i].symbol);
    out += text_element("g-key", {legend.entries[i].text, {x + kSymbol, y}, TextAnchor::kStart, 0});
  }
  return out;
}

// Upon the middle of its link, which it covers.
std::string round_trip_element(const GraphPicture& picture, const PlacedRoundTrip& round_trip) {
  const GraphLink& link = picture.links[round_trip.link];
  const PlacedText& text = round_trip.text;
  const double width = static_cast<double>(columns_of(text.text)) * kRoundTripColumn;
  return fmt::format(
      "<g class=\"g-edge\" data-a=\"{}\" data-b=\"{}\"><rect class=\"g-back\" x=\"{:.1f}\" "
      "y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>{}</g>\n",
      link.a, link.b, text.at.x - width / 2, text.at.y - kRoundTripHeight / 2, width,
      kRoundTripHeight, text_element("g-time", text));
}

// Nodes and links, around 0, 0.
std::string body_text(const GraphPicture& picture, const GraphLayout& layout) {
  std::string out;
  for (const SiteArc& arc : layout.arcs) { out += arc_element(layout, arc); }
  for (const LinkState layer : kLayers) {
    for (const GraphLink& link : picture.links) {
      if (link.state == layer) { out += link_element(picture, layout, link); }
    }
  }
  for (const PlacedRoundTrip& each : layout.round_trips) {
    out += round_trip_element(picture, each);
  }
  for (std::size_t i = 0; i < picture.nodes.size(); ++i) {
    out += node_element(picture, layout, i);
  }
  return out;
}

}  // namespace

std::string render_svg(const GraphPicture& picture) {
  const GraphLayout layout = lay_out(picture);
  const double width = std::max(layout.right - layout.left, kLeastWidth);
  const std::vector<std::string> facts = lines_of_facts(picture, width);
  const Legend legend = legend_within(picture, width);
  const double facts_top = kMargin + kTitleHeight;
  const double body_top = facts_top + static_cast<double>(facts.size()) * kLineHeight + kMargin;
  const double legend_top = body_top + layout.bottom - layout.top + kMargin;

  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"g-mesh{3}\" width=\"{0:.0f}\" "
      "height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} {1:.0f}\" role=\"img\" "
      "aria-label=\"{2}\">\n<style>{4}</style>\n<rect class=\"g-back\" width=\"100%\" "
      "height=\"100%\"/>\n",
      width + 2 * kMargin, legend_top + legend.height() + kMargin,
      escaped_for_xml(title_of(picture)), picture.links.size() > kManyLinks ? " g-many" : "",
      kSvgStyle);
  out +=
      text_element("g-title", {title_of(picture), {kMargin, kMargin + 10}, TextAnchor::kStart, 0});
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const double y = facts_top + (static_cast<double>(i) + 0.5) * kLineHeight;
    out += text_element("g-fact", {facts[i], {kMargin, y}, TextAnchor::kStart, 0});
  }
  const double spare = width - (layout.right - layout.left);
  out += fmt::format("<g class=\"g-body\" transform=\"translate({:.1f} {:.1f})\">\n",
                     kMargin + spare / 2 - layout.left, body_top - layout.top);
  return out + body_text(picture, layout) + "</g>\n" + legend_text(legend, legend_top) + "</svg>\n";
}

}  // namespace wgmesh
