#include "controller/mesh/forwarding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <unordered_map>

#include "common/link_octet.h"
#include "common/naming.h"

namespace wgmesh {
namespace {

// By node name, its place in the mesh file.
using Places = std::unordered_map<std::string_view, std::size_t>;

// An octet (see link_octet.h) for each ordered pair of nodes, by their places. Each status is listed once: a search per
// link takes N^3 steps. A node that names a peer twice is taken at its last word.
class LinkEnds {
 public:
  LinkEnds(const Mesh& mesh, const Places& places, const Statuses& statuses)
      : size_(mesh.nodes.size()), octets_(size_ * size_, 0) {
    for (std::size_t i = 0; i < size_; ++i) {
      if (const auto status = statuses.find(mesh.nodes[i].name); status != statuses.end()) {
        list(mesh, places, i, status->second);
      }
    }
  }

  std::uint8_t of(std::size_t here, std::size_t there) const {
    return octets_[here * size_ + there];
  }

 private:
  void list(const Mesh& mesh, const Places& places, std::size_t here, const proto::Status& status) {
    if (!status.links().empty()) { return list_in_short(mesh, places, here, status.links()); }
    const auto at = [&](const std::string& peer) -> std::uint8_t* {
      const auto there = places.find(peer);
      return there == places.end() ? nullptr : &octets_[here * size_ + there->second];
    };
    for (const proto::PeerStatus& peer : status.device().peers()) {
      if (auto* octet = at(peer.node())) { *octet = link_octet(peer.latest_handshake() != 0, ""); }
    }
    for (const proto::PortStatus& port : status.ports()) {
      if (auto* octet = at(port.peer())) {
        *octet = link_octet(has_handshake(*octet), port.state());
      }
    }
  }

  void list_in_short(const Mesh& mesh, const Places& places, std::size_t here,
                     std::string_view links) {
    std::size_t at = 0;
    for (const Node* peer : opened_peers(mesh, mesh.nodes[here])) {
      if (at == links.size()) { return; }
      octets_[here * size_ + places.at(peer->name)] = static_cast<std::uint8_t>(links[at++]);
    }
  }

  std::size_t size_;
  std::vector<std::uint8_t> octets_;
};

bool forwards(std::uint8_t end) { return port_state_of(end) == "forwarding"; }

// Nodes by their places, of which some are joined.
class Islands {
 public:
  explicit Islands(std::size_t nodes) : above_(nodes) {
    std::iota(above_.begin(), above_.end(), std::size_t{0});
  }

  void join(std::size_t one, std::size_t other) { above_[of(one)] = of(other); }
  // The same number for all nodes of an island.
  std::size_t of(std::size_t node) {
    while (above_[node] != node) {
      above_[node] = above_[above_[node]];
      node = above_[node];
    }
    return node;
  }

 private:
  std::vector<std::size_t> above_;
};

// The lowest bridge ID of each island: the bridge that all of it must take for the root. Bridge IDs
// are fixed-width hex, so text order is their order.
std::map<std::size_t, std::string> roots_of(Islands& islands, const Places& places,
                                            const Statuses& statuses) {
  std::map<std::size_t, std::string> roots;
  for (const auto& [node, status] : statuses) {
    const auto place = places.find(node);
    if (place == places.end()) { continue; }
    const std::string& id = status.bridge().bridge_id();
    std::string& root = roots[islands.of(place->second)];
    if (root.empty() || id < root) { root = id; }
  }
  return roots;
}

// The bridges of nodes that were not asked, by the MAC addresses that they have as bridges: their priorities may not
// be the file's yet.
std::set<std::string> macs_of_others(const Mesh& mesh, const Statuses& statuses) {
  std::set<std::string> macs;
  for (const Node& node : mesh.nodes) {
    if (statuses.contains(node.name)) { continue; }
    std::string mac;
    for (const std::uint8_t octet : bridge_mac(mesh.name, node.name).octets) {
      mac += fmt::format("{:02x}", octet);
    }
    macs.insert(mac);
  }
  return macs;
}

std::string mac_in(const std::string& bridge_id) {
  const auto dot = bridge_id.find('.');
  return dot == std::string::npos ? std::string() : bridge_id.substr(dot + 1);
}

}  // namespace

Missing missing_for_forwarding(const Mesh& mesh, const Statuses& statuses) {
  struct Waiting {
    std::size_t node;
    std::size_t peer;
    std::string states;
  };
  Missing missing;
  Places places;
  for (const Node& node : mesh.nodes) { places.emplace(node.name, places.size()); }
  const LinkEnds ends(mesh, places, statuses);
  Islands neighbours(mesh.nodes.size());  // over links that have shaken hands
  Islands tree(mesh.nodes.size());        // over those that carry frames
  std::vector<Waiting> waiting;
  std::vector<bool> is_asked(mesh.nodes.size());
  for (std::size_t i = 0; i < mesh.nodes.size(); ++i) {
    is_asked[i] = statuses.contains(mesh.nodes[i].name);
  }
  for (std::size_t i = 0; i < mesh.nodes.size(); ++i) {
    const Node& node = mesh.nodes[i];
    if (!is_asked[i]) { continue; }
    for (const Node* peer : peers_of(mesh, node)) {
      if (peer->name <= node.name) { continue; }
      const auto j = static_cast<std::size_t>(peer - mesh.nodes.data());
      if (!is_asked[j]) { continue; }
      const std::uint8_t here = ends.of(i, j);
      const std::uint8_t there = ends.of(j, i);
      if (!has_handshake(here) || !has_handshake(there)) {
        // What was learned may be true no more, and nobody was promised such a link.
        if (find_learned(mesh, node, *peer) != nullptr) { continue; }
        missing.handshakes.emplace_back(node.name, peer->name);
        missing.unsettled.insert({node.name, peer->name});
        continue;
      }
      neighbours.join(i, j);
      if (forwards(here) && forwards(there)) {
        tree.join(i, j);
      } else {
        waiting.push_back({i, j, fmt::format("{}/{}", port_state_of(here), port_state_of(there))});
      }
    }
  }
  // A link beside the tree may take its time: no frame goes by it. Without a tree every link
  // counts.
  for (const Waiting& link : waiting) {
    const std::string& node = mesh.nodes[link.node].name;
    const std::string& peer = mesh.nodes[link.peer].name;
    const bool has_tree = statuses.at(node).bridge().stp();
    if (has_tree && tree.of(link.node) == tree.of(link.peer)) { continue; }
    missing.tree.push_back(fmt::format("{}-{} is {}", node, peer, link.states));
    missing.unsettled.insert({node, peer});
  }
  const auto roots = roots_of(neighbours, places, statuses);
  const auto others = macs_of_others(mesh, statuses);
  for (const auto& [name, status] : statuses) {
    const auto place = places.find(name);
    if (!status.bridge().stp() || place == places.end()) { continue; }
    const std::string& root = status.bridge().root_id();
    if (others.contains(mac_in(root))) {
      missing.root_was_not_asked = true;
    } else if (root != roots.at(neighbours.of(place->second))) {
      missing.tree.push_back(fmt::format("{} does not know the root yet", name));
      missing.unsettled.insert(name);
    }
  }
  return missing;
}

}  // namespace wgmesh
