// Where `mesh graph` puts what it draws: nodes on a circle, labels outside of it, none over
// another. In pixels; y grows downwards. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/mesh/graph_picture.h"

namespace wgmesh {

struct Point {
  double x = 0;
  double y = 0;
  bool operator==(const Point&) const = default;
};

enum class TextAnchor : std::uint8_t { kStart, kMiddle, kEnd };

// One line of text, centered on the height of `at`.
struct PlacedText {
  std::string text;  // not escaped
  Point at;
  TextAnchor anchor = TextAnchor::kMiddle;
  double turn = 0;  // degrees around `at`, clockwise
};

// An arc behind the nodes of one site that stand side by side.
struct SiteArc {
  std::size_t site = 0;  // index in sites_of
  Point from;
  Point to;
  bool is_large = false;  // more than half of the circle
};

// The round trip of a link, upon the link.
struct PlacedRoundTrip {
  std::size_t link = 0;  // index in the picture
  PlacedText text;
};

struct GraphLayout {
  double ring = 0;         // radius of the circle
  double node_radius = 0;  // of a node's disc
  double arc_width = 0;    // of the arcs of sites
  double left = 0;         // what the picture takes, labels and all
  double top = 0;
  double right = 0;
  double bottom = 0;
  std::vector<Point> nodes;        // as in the picture
  std::vector<PlacedText> labels;  // of the nodes
  std::vector<SiteArc> arcs;
  std::vector<PlacedRoundTrip> round_trips;  // where there is room
};

// Widths in pixels of letters of the two sizes, of a font whose letters are of one width.
inline constexpr double kLabelColumn = 8.1;
inline constexpr double kLabelHeight = 16;
inline constexpr double kRoundTripColumn = 6.3;
inline constexpr double kRoundTripHeight = 13;

// Nodes of one site stand together, at the place of the first. The center is 0, 0.
GraphLayout lay_out(const GraphPicture& picture);

}  // namespace wgmesh
