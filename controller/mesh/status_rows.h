// `status`: what each node and the mesh as a whole are right now, one row each, from what the nodes
// tell. Pure: knows no table, no units and no terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/node_state.h"
#include "controller/mesh/diagnosis.h"
#include "controller/mesh/mesh.h"
#include "controller/mesh/report.h"

namespace wgmesh {

// Where a node is in the spanning tree.
struct TreePlace {
  bool is_root = false;
  // Of the root port; all empty at the root.
  std::string peer;  // the node at its other end; empty: it is no tunnel
  std::string port;  // the interface
  std::uint32_t path_cost = 0;

  bool operator==(const TreePlace&) const = default;
};

struct NodeRow {
  std::string name;
  NodeState state = NodeState::kUnreachable;
  std::vector<std::string> addresses;  // that the mesh file gives it, without prefix lengths
  std::size_t peers_up = 0;            // whose latest handshake is live
  std::size_t peers = 0;               // that the mesh file gives it
  std::optional<std::int64_t>
      oldest_handshake;           // seconds; of the peers that have ever shaken hands
  std::optional<TreePlace> tree;  // nothing: it is down, or has no spanning tree
  // Bytes inside WireGuard, of all its links since each was made. Nothing: there is no device.
  std::optional<std::uint64_t> received;
  std::optional<std::uint64_t> sent;
  std::string agent_version;  // empty: not known
  std::vector<Finding> faults;

  bool operator==(const NodeRow&) const = default;
};

// The mesh in one line. Pairs are those with an end that was asked.
struct MeshLine {
  std::string name;
  std::size_t nodes_up = 0;
  std::size_t nodes = 0;  // that were asked
  std::size_t pairs_with_handshake = 0;
  std::size_t pairs = 0;
  std::optional<std::uint32_t> mtu;  // bytes, of the segment, as most nodes have it
  std::string root;                  // the node, or the bridge ID of a stranger; empty: not known
  std::vector<Finding> faults;       // of pairs and of the mesh
  std::size_t learned = 0;           // of the pairs: those whose endpoints were learned
  // Pairs without an endpoint that have no link, each with the reason: a sentence. With split
  // horizon they are faults.
  std::vector<std::string> unlinked = {};

  bool operator==(const MeshLine&) const = default;
};

struct MeshStatus {
  MeshLine mesh;
  std::vector<NodeRow> nodes;

  bool operator==(const MeshStatus&) const = default;
};

// A row for each node that was examined, in the order of the mesh file. Without faults.
std::vector<NodeRow> status_rows(const Mesh& mesh, const Examination& examination);

// A row for each report, in their order; each node is one of the mesh. Each fault is at the row
// that it is about. Nobody measures, so handshakes tell of links.
MeshStatus mesh_status(const Mesh& mesh, std::span<const NodeReport> reports);

}  // namespace wgmesh
