#include "controller/mesh/forwarding.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>

#include "common/naming.h"

namespace wgmesh {
namespace {

struct LinkEnd {
  bool handshake = false;
  std::string_view port_state;  // empty: there is no port
};

// One node's ends of its links, by peer. A node that names a peer twice is taken at its last word.
using LinkEnds = std::unordered_map<std::string_view, LinkEnd>;

LinkEnds ends_of(const proto::Status& status) {
  LinkEnds ends;
  ends.reserve(static_cast<std::size_t>(status.device().peers_size()));
  for (const proto::PeerStatus& peer : status.device().peers()) {
    ends[peer.node()].handshake = peer.latest_handshake() != 0;
  }
  for (const proto::PortStatus& port : status.ports()) {
    ends[port.peer()].port_state = port.state();
  }
  return ends;
}

// Of every node that was asked. It lists each status once: a search per link takes N^3 steps.
std::unordered_map<std::string_view, LinkEnds> ends_of(const Statuses& statuses) {
  std::unordered_map<std::string_view, LinkEnds> all;
  for (const auto& [node, status] : statuses) { all.emplace(node, ends_of(status)); }
  return all;
}

LinkEnd end_towards(const LinkEnds& ends, std::string_view peer) {
  const auto found = ends.find(peer);
  return found == ends.end() ? LinkEnd() : found->second;
}

bool forwards(const LinkEnd& end) { return end.port_state == "forwarding"; }

using Neighbours = std::map<std::string, std::set<std::string>>;

void join(Neighbours& neighbours, const std::string& one, const std::string& other) {
  neighbours[one].insert(other);
  neighbours[other].insert(one);
}

// For each node the number of its island: those of one are joined by links of `neighbours`.
using Islands = std::map<std::string, std::size_t>;

Islands islands_of(const Statuses& statuses, const Neighbours& neighbours) {
  Islands islands;
  std::size_t count = 0;
  for (const auto& [start, status] : statuses) {
    if (!islands.emplace(start, count).second) { continue; }
    std::vector<std::string> queue{start};
    while (!queue.empty()) {
      const auto found = neighbours.find(queue.back());
      queue.pop_back();
      if (found == neighbours.end()) { continue; }
      for (const std::string& next : found->second) {
        if (islands.emplace(next, count).second) { queue.push_back(next); }
      }
    }
    ++count;
  }
  return islands;
}

// The lowest bridge ID of each island: the bridge that all of it must take for the root. Bridge IDs
// are fixed-width hex, so text order is their order.
std::map<std::size_t, std::string> roots_of(const Islands& islands, const Statuses& statuses) {
  std::map<std::size_t, std::string> roots;
  for (const auto& [node, island] : islands) {
    const std::string& id = statuses.at(node).bridge().bridge_id();
    std::string& root = roots[island];
    if (root.empty() || id < root) { root = id; }
  }
  return roots;
}

// By the MAC address that it has as a bridge: its priority may not be the file's yet.
bool is_bridge_of_another(const std::string& bridge_id, const Mesh& mesh,
                          const Statuses& statuses) {
  return std::ranges::any_of(mesh.nodes, [&](const Node& node) {
    if (statuses.contains(node.name)) { return false; }
    std::string mac;
    for (const std::uint8_t octet : bridge_mac(mesh.name, node.name).octets) {
      mac += fmt::format("{:02x}", octet);
    }
    return bridge_id.ends_with("." + mac);
  });
}

}  // namespace

Missing missing_for_forwarding(const Mesh& mesh, const Statuses& statuses) {
  struct Waiting {
    std::string node;
    std::string peer;
    std::string states;
  };
  Missing missing;
  Neighbours neighbours;  // over links that have shaken hands
  Neighbours tree;        // over those that carry frames
  std::vector<Waiting> waiting;
  const auto ends = ends_of(statuses);
  for (const Node& node : mesh.nodes) {
    const auto own = ends.find(node.name);
    if (own == ends.end()) { continue; }
    for (const Node* peer : peers_of(mesh, node)) {
      if (peer->name <= node.name) { continue; }
      const auto other = ends.find(peer->name);
      if (other == ends.end()) { continue; }
      const LinkEnd here = end_towards(own->second, peer->name);
      const LinkEnd there = end_towards(other->second, node.name);
      if (!here.handshake || !there.handshake) {
        missing.handshakes.push_back(fmt::format("{}-{}", node.name, peer->name));
        continue;
      }
      join(neighbours, node.name, peer->name);
      if (forwards(here) && forwards(there)) {
        join(tree, node.name, peer->name);
      } else {
        waiting.push_back(
            {node.name, peer->name, fmt::format("{}/{}", here.port_state, there.port_state)});
      }
    }
  }
  // A link beside the tree may take its time: no frame goes by it. Without a tree every link
  // counts.
  const Islands joined = islands_of(statuses, tree);
  for (const Waiting& link : waiting) {
    const bool has_tree = statuses.at(link.node).bridge().stp();
    if (has_tree && joined.at(link.node) == joined.at(link.peer)) { continue; }
    missing.tree.push_back(fmt::format("{}-{} is {}", link.node, link.peer, link.states));
  }
  const Islands islands = islands_of(statuses, neighbours);
  const auto roots = roots_of(islands, statuses);
  for (const auto& [name, status] : statuses) {
    if (!status.bridge().stp()) { continue; }
    const std::string& root = status.bridge().root_id();
    if (is_bridge_of_another(root, mesh, statuses)) {
      missing.root_was_not_asked = true;
    } else if (root != roots.at(islands.at(name))) {
      missing.tree.push_back(fmt::format("{} does not know the root yet", name));
    }
  }
  return missing;
}

}  // namespace wgmesh
