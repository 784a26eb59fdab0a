#include "controller/show/graph_layout.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "controller/show/graph_words.h"
#include "controller/text/printable.h"

namespace wgmesh {
namespace {

constexpr double kGap = 8;          // between a node, or the arc of its site, and its label
constexpr double kSiteGap = 0.6;    // between two sites, in places of a node
constexpr double kLeastRing = 140;  // and so much more for each node:
constexpr double kRingPerNode = 6;
constexpr std::size_t kManyNodes = 20;
constexpr std::size_t kFewNodes = 6;  // so few that every link has room for its round trip

struct Box {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;

  bool overlaps(const Box& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
};

Box box_around(Point center, double width, double height) {
  return {center.x - width / 2, center.y - height / 2, center.x + width / 2, center.y + height / 2};
}

double width_of(const PlacedText& text, double column) {
  return static_cast<double>(columns_of(text.text)) * column;
}

// Of a text that is not turned.
Box box_of(const PlacedText& text, double column, double height) {
  const double width = width_of(text, column);
  const double shift = text.anchor == TextAnchor::kStart    ? width / 2
                       : text.anchor == TextAnchor::kMiddle ? 0
                                                            : -width / 2;
  return box_around({text.at.x + shift, text.at.y}, width, height);
}

// Indexes of nodes as they stand around the circle, those of one site together.
std::vector<std::size_t> order_of(const GraphPicture& picture) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < picture.nodes.size(); ++i) {
    const std::string& site = picture.nodes[i].site;
    const auto same = [&](std::size_t other) { return picture.nodes[other].site == site; };
    const auto last =
        site.empty() ? order.rend() : std::find_if(order.rbegin(), order.rend(), same);
    order.insert(last == order.rend() ? order.end() : last.base(), i);
  }
  return order;
}

// In radians, by node. The first stands on top; of two, on the left.
std::vector<double> angles_of(const GraphPicture& picture, const std::vector<std::size_t>& order) {
  std::vector<double> places(order.size());
  double place = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t next = order[(i + 1) % order.size()];
    places[order[i]] = place;
    place += picture.nodes[order[i]].site == picture.nodes[next].site ? 1 : 1 + kSiteGap;
  }
  const double first = order.size() == 2 ? std::numbers::pi : -std::numbers::pi / 2;
  for (double& each : places) { each = first + 2 * std::numbers::pi * each / place; }
  return places;
}

Point on_circle(double angle, double radius) {
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

PlacedText level_label(const std::string& text, double angle, double radius) {
  constexpr double kUpright = 0.05;  // of the cosine: nearly on top, or at the bottom
  const double cosine = std::cos(angle);
  const TextAnchor anchor = std::abs(cosine) < kUpright ? TextAnchor::kMiddle
                            : cosine > 0                ? TextAnchor::kStart
                                                        : TextAnchor::kEnd;
  Point at = on_circle(angle, radius);
  // Near the top and the bottom the label would touch the node with an edge.
  at.y += std::sin(angle) * std::abs(std::sin(angle)) * kLabelHeight / 2;
  return {text, at, anchor, 0};
}

// Along the ray through its node, and never upside down.
PlacedText turned_label(const std::string& text, double angle, double radius) {
  const bool is_left = std::cos(angle) < -1e-9;
  const double turn = angle * 180 / std::numbers::pi + (is_left ? 180 : 0);
  return {text, on_circle(angle, radius), is_left ? TextAnchor::kEnd : TextAnchor::kStart,
          std::remainder(turn, 360)};
}

// Labels over each other, or over the node of another.
bool any_overlap(const std::vector<Box>& labels, const std::vector<Box>& nodes) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    for (std::size_t j = 0; j < labels.size(); ++j) {
      if (i != j && (labels[i].overlaps(labels[j]) || labels[i].overlaps(nodes[j]))) {
        return true;
      }
    }
  }
  return false;
}

std::vector<Box> boxes_of_nodes(const GraphLayout& layout) {
  std::vector<Box> boxes;
  const double width = 2 * layout.node_radius + 6;  // a root has a ring around it
  for (const Point& node : layout.nodes) { boxes.push_back(box_around(node, width, width)); }
  return boxes;
}

// How far nodes and the arcs of sites reach from the center.
double edge_of(const GraphPicture& picture, const GraphLayout& layout) {
  return layout.ring + (sites_of(picture).empty() ? layout.node_radius : layout.arc_width / 2);
}

// Level where all find room, else along the rays: these cannot meet.
void place_labels(const GraphPicture& picture, const std::vector<double>& angles,
                  GraphLayout& layout) {
  const double radius = edge_of(picture, layout) + kGap;
  std::vector<Box> boxes;
  for (std::size_t i = 0; i < angles.size(); ++i) {
    layout.labels.push_back(level_label(label_of(picture.nodes[i]), angles[i], radius));
    boxes.push_back(box_of(layout.labels.back(), kLabelColumn, kLabelHeight));
  }
  if (!any_overlap(boxes, boxes_of_nodes(layout))) { return; }
  for (std::size_t i = 0; i < angles.size(); ++i) {
    layout.labels[i] = turned_label(layout.labels[i].text, angles[i], radius);
  }
}

void place_arcs(const GraphPicture& picture, const std::vector<std::size_t>& order,
                const std::vector<double>& angles, GraphLayout& layout) {
  const std::vector<std::string> sites = sites_of(picture);
  for (std::size_t site = 0; site < sites.size(); ++site) {
    const auto belongs = [&](std::size_t node) { return picture.nodes[node].site == sites[site]; };
    const auto first = std::ranges::find_if(order, belongs);
    const auto last = std::find_if(order.rbegin(), order.rend(), belongs);
    const double sweep = angles[*last] - angles[*first];
    layout.arcs.push_back(
        {site, layout.nodes[*first], layout.nodes[*last], sweep > std::numbers::pi});
  }
}

// Those of the tree come first: what others would cover is left out.
std::vector<std::size_t> links_with_round_trips(const GraphPicture& picture) {
  std::vector<std::size_t> links;
  const auto carries = [](const GraphLink& link) {
    return link.state == LinkState::kTree || link.state == LinkState::kSettling;
  };
  for (const bool first : {true, false}) {
    if (!first && picture.nodes.size() > kFewNodes) { break; }
    for (std::size_t i = 0; i < picture.links.size(); ++i) {
      const GraphLink& link = picture.links[i];
      if (link.round_trip && carries(link) == first) { links.push_back(i); }
    }
  }
  return links;
}

void place_round_trips(const GraphPicture& picture, GraphLayout& layout) {
  constexpr std::array<double, 7> kShares = {0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73};
  std::vector<Box> taken = boxes_of_nodes(layout);
  for (const std::size_t index : links_with_round_trips(picture)) {
    const GraphLink& link = picture.links[index];
    const Point& a = layout.nodes[link.a];
    const Point& b = layout.nodes[link.b];
    for (const double share : kShares) {
      PlacedText text{round_trip_text(*link.round_trip),
                      {std::lerp(a.x, b.x, share), std::lerp(a.y, b.y, share)}};
      const Box box = box_of(text, kRoundTripColumn, kRoundTripHeight);
      if (std::ranges::any_of(taken, [&](const Box& other) { return box.overlaps(other); })) {
        continue;
      }
      taken.push_back(box);
      layout.round_trips.push_back({index, std::move(text)});
      break;
    }
  }
}

void reach(GraphLayout& layout, Point at, double around) {
  layout.left = std::min(layout.left, at.x - around);
  layout.right = std::max(layout.right, at.x + around);
  layout.top = std::min(layout.top, at.y - around);
  layout.bottom = std::max(layout.bottom, at.y + around);
}

void measure(GraphLayout& layout) {
  for (const Point& node : layout.nodes) { reach(layout, node, layout.arc_width / 2); }
  // An arc may bend farther out than its ends.
  if (!layout.arcs.empty()) { reach(layout, {}, layout.ring + layout.arc_width / 2); }
  for (const PlacedText& label : layout.labels) {
    const double width = width_of(label, kLabelColumn);
    const double shift = label.anchor == TextAnchor::kStart    ? 0
                         : label.anchor == TextAnchor::kMiddle ? -width / 2
                                                               : -width;
    const double turn = label.turn * std::numbers::pi / 180;
    for (const double along : {shift, shift + width}) {
      for (const double across : {-kLabelHeight / 2, kLabelHeight / 2}) {
        reach(layout,
              {label.at.x + along * std::cos(turn) - across * std::sin(turn),
               label.at.y + along * std::sin(turn) + across * std::cos(turn)},
              0);
      }
    }
  }
}

}  // namespace

GraphLayout lay_out(const GraphPicture& picture) {
  GraphLayout layout;
  const std::size_t count = picture.nodes.size();
  layout.ring = count < 2 ? 0 : kLeastRing + kRingPerNode * static_cast<double>(count);
  layout.node_radius = count > kManyNodes ? 7 : 10;
  layout.arc_width = 2 * layout.node_radius + 18;
  const std::vector<std::size_t> order = order_of(picture);
  const std::vector<double> angles = angles_of(picture, order);
  for (const double angle : angles) { layout.nodes.push_back(on_circle(angle, layout.ring)); }
  place_labels(picture, angles, layout);
  place_arcs(picture, order, angles, layout);
  place_round_trips(picture, layout);
  measure(layout);
  return layout;
}

}  // namespace wgmesh
