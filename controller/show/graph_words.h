// What all formats of `mesh graph` say in the same words, and how a text becomes part of each
// format.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "controller/mesh/graph_picture.h"

namespace wgmesh {

// "tree", "standby (blocked port)" … Of a picture that was read, or of the mesh file alone.
std::string words_of(LinkState state, bool is_live);
std::string words_of(DrawnState state, bool is_live);

// "0.42 ms", "3.1 ms", "27 ms".
std::string round_trip_text(std::chrono::microseconds time);

// "n0", "n0 (root)", "n0 (down)". Cut at a width that a picture bears; printable, not escaped.
std::string label_of(const GraphNode& node);
// "n0 – n1: tree, 3.1 ms".
std::string line_of(const GraphPicture& picture, const GraphLink& link);
// "n0, root, up, 10.0.0.1/24, site lab, MTU 1382".
std::string line_of(const GraphPicture& picture, const GraphNode& node);

// "mesh demo".
std::string title_of(const GraphPicture& picture);
// "network 10.0.0.0/24", "MTU 1382", "root n0", "3 of 3 nodes up", the time: what is known.
std::vector<std::string> facts_of(const GraphPicture& picture);

// The sites of the picture, in the order of their first nodes.
std::vector<std::string> sites_of(const GraphPicture& picture);

// One word for each state, for classes of styles: "tree", "no-handshake" …
std::string_view class_of(LinkState state);
std::string_view class_of(DrawnState state);

// For text and attributes of SVG and HTML.
std::string escaped_for_xml(std::string_view text);
// With its quotes.
std::string quoted_for_dot(std::string_view text);
// With its quotes. Mermaid reads entities between them, and Markdown.
std::string quoted_for_mermaid(std::string_view text);

}  // namespace wgmesh
