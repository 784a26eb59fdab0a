// What `mesh graph` draws, as a value: nodes and links with what was read of them. Knows no format,
// no place and no color. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/mesh/diagnosis.h"
#include "controller/mesh/mesh.h"

namespace wgmesh {

enum class DrawnState : std::uint8_t { kNotAsked, kUp, kDown, kUnreachable };

enum class LinkState : std::uint8_t {
  kUnknown,       // no end was asked, or one end alone does not tell
  kTree,          // both ends forward: frames of the spanning tree take it
  kStandby,       // one end is a blocked port: it stands by until the tree loses a link
  kSettling,      // spanning tree has not decided yet, or an end has no port that works
  kSplitHorizon,  // there is no tree: every link carries the frames of its own two nodes
  kNoHandshake,   // WireGuard has no live session
  kSilent,        // WireGuard has one, and nothing passes inside
  kDown,          // the mesh is not up at one of the ends
};

struct GraphNode {
  std::string name;
  std::vector<std::string> addresses;  // with prefix length
  std::string site;                    // empty: none
  DrawnState state = DrawnState::kNotAsked;
  std::string why;       // it is unreachable; else empty
  bool is_root = false;  // of a spanning tree; where the mesh has fallen apart there are several
  std::optional<unsigned> mtu;  // of its bridge, bytes; absent: not read

  bool operator==(const GraphNode&) const = default;
};

struct GraphLink {
  std::size_t a = 0;  // index of a node
  std::size_t b = 0;  // of a later node
  LinkState state = LinkState::kUnknown;
  std::optional<std::chrono::microseconds> round_trip;  // inside WireGuard; absent: not measured
  bool is_learned = false;  // neither end has an endpoint in the mesh file

  bool operator==(const GraphLink&) const = default;
};

struct GraphPicture {
  std::string mesh;
  std::string network;
  bool has_tree = true;        // spanning tree, not split horizon
  std::vector<unsigned> mtus;  // of the segment, ascending; several: nodes differ; none: unknown
  std::vector<std::string> roots;  // a node's name, or the ID of a bridge that no node has
  // Absent: this is the mesh file alone. Roots and MTU are then those that the file asks for.
  std::optional<std::chrono::system_clock::time_point> read_at;
  std::vector<GraphNode> nodes;  // in file order
  std::vector<GraphLink> links;  // by their nodes

  bool operator==(const GraphPicture&) const = default;
};

// The mesh file alone. `about` names nodes of the mesh: they, their peers, and the links that they
// have. Empty: all.
GraphPicture planned_picture(const Mesh& mesh, const std::vector<std::string>& about);

// The mesh as it was read. A node that `examination` lacks was not asked.
GraphPicture live_picture(const Mesh& mesh, const std::vector<std::string>& about,
                          const Examination& examination,
                          std::chrono::system_clock::time_point read_at);

}  // namespace wgmesh
