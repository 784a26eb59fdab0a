#include "controller/mesh/graph_picture.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "common/naming.h"
#include "controller/mesh/node_findings.h"

namespace wgmesh {
namespace {

// What one node says of its end of a link.
struct ToldEnd {
  bool has_handshake = false;
  std::string_view port_state;  // empty: there is no port
  bool is_root_port = false;
};

// What one node says of itself and of its ends, by peer.
struct Telling {
  bool is_up = false;
  bool has_tree = false;
  std::unordered_map<std::string_view, ToldEnd> ends;
};

// Only nodes that have answered are in it.
using Tellings = std::unordered_map<std::string_view, Telling>;

Telling telling_of(const proto::Status& status) {
  Telling telling{status.is_up(), status.bridge().stp(), {}};
  for (const proto::PeerStatus& peer : status.device().peers()) {
    telling.ends[peer.node()].has_handshake = is_live(status, peer);
  }
  for (const proto::PortStatus& port : status.ports()) {
    ToldEnd& end = telling.ends[port.peer()];
    end.port_state = port.state();
    end.is_root_port = port.number() != 0 && port.number() == status.bridge().root_port();
  }
  return telling;
}

const PathMeasurement* find_measured(const Measurements& measured, const std::string& from,
                                     const std::string& to) {
  const auto row = measured.find(from);
  if (row == measured.end()) { return nullptr; }
  const auto cell = row->second.find(to);
  return cell == row->second.end() || !cell->second.inner ? nullptr : &*cell->second.inner;
}

// What was measured inside WireGuard from either end.
struct Passage {
  bool was_tried = false;
  std::optional<std::chrono::microseconds> round_trip;  // the lesser
};

Passage passage_between(const Measurements& measured, const std::string& a, const std::string& b) {
  Passage passage;
  for (const PathMeasurement* path :
       {find_measured(measured, a, b), find_measured(measured, b, a)}) {
    if (path == nullptr) { continue; }
    passage.was_tried = true;
    if (path->round_trip && (!passage.round_trip || *path->round_trip < *passage.round_trip)) {
      passage.round_trip = path->round_trip;
    }
  }
  return passage;
}

bool any_is(const std::vector<ToldEnd>& ends, std::string_view port_state) {
  return std::ranges::any_of(ends,
                             [&](const ToldEnd& end) { return end.port_state == port_state; });
}

// `ends` are one or two.
LinkState state_in_tree(const std::vector<ToldEnd>& ends) {
  if (any_is(ends, "blocking")) { return LinkState::kStandby; }
  const bool all_forward =
      std::ranges::all_of(ends, [](const ToldEnd& end) { return end.port_state == "forwarding"; });
  if (!all_forward) { return LinkState::kSettling; }
  if (ends.size() == 2 || ends.front().is_root_port) { return LinkState::kTree; }
  // A designated port forwards, whether or not the port at its other end is blocked.
  return LinkState::kUnknown;
}

LinkState link_state_of(const Tellings& tellings, const std::string& a, const std::string& b,
                        const Passage& passage) {
  std::vector<ToldEnd> ends;
  bool has_tree = true;
  for (const auto& [here, there] : {std::pair(&a, &b), std::pair(&b, &a)}) {
    const auto found = tellings.find(*here);
    if (found == tellings.end()) { continue; }
    if (!found->second.is_up) { return LinkState::kDown; }
    has_tree = has_tree && found->second.has_tree;
    const auto end = found->second.ends.find(*there);
    ends.push_back(end == found->second.ends.end() ? ToldEnd() : end->second);
  }
  if (ends.empty()) { return LinkState::kUnknown; }
  if (!passage.round_trip) {
    const bool all_live =
        std::ranges::all_of(ends, [](const ToldEnd& end) { return end.has_handshake; });
    if (!all_live) { return LinkState::kNoHandshake; }
    if (passage.was_tried) { return LinkState::kSilent; }
  }
  return has_tree ? state_in_tree(ends) : LinkState::kSplitHorizon;
}

// The nodes that were asked for and their peers, and the links that the former have.
GraphPicture outline_of(const Mesh& mesh, const std::vector<std::string>& about) {
  GraphPicture picture;
  picture.mesh = mesh.name;
  picture.network = to_text(network_of(mesh.network));
  picture.has_tree = mesh.loop_prevention == LoopPrevention::kStp;
  const std::set<std::string> named(about.begin(), about.end());
  std::set<std::string> drawn = named;
  std::set<std::pair<std::string, std::string>> links;  // the earlier node first
  std::map<std::string, std::size_t> places;            // in the file
  for (const Node& node : mesh.nodes) { places.emplace(node.name, places.size()); }
  for (const Node& node : mesh.nodes) {
    if (!named.empty() && !named.contains(node.name)) { continue; }
    drawn.insert(node.name);
    for (const Node* peer : peers_of(mesh, node)) {
      drawn.insert(peer->name);
      const bool is_first = places.at(node.name) < places.at(peer->name);
      links.insert(is_first ? std::pair(node.name, peer->name) : std::pair(peer->name, node.name));
    }
  }
  std::map<std::string, std::size_t> indexes;  // in the picture
  for (const Node& node : mesh.nodes) {
    if (!drawn.contains(node.name)) { continue; }
    indexes.emplace(node.name, picture.nodes.size());
    GraphNode& one = picture.nodes.emplace_back();
    one.name = node.name;
    one.site = node.site;
    for (const Prefix& address : node.addresses) { one.addresses.push_back(to_text(address)); }
  }
  for (const auto& [a, b] : links) { picture.links.push_back({indexes.at(a), indexes.at(b)}); }
  std::ranges::sort(picture.links, {},
                    [](const GraphLink& link) { return std::pair(link.a, link.b); });
  return picture;
}

// The lowest bridge ID, where the file settles every priority.
const Node* find_planned_root(const Mesh& mesh) {
  const bool is_open = std::ranges::any_of(mesh.nodes, &Node::priority_is_open);
  if (is_open || mesh.nodes.empty() || mesh.loop_prevention != LoopPrevention::kStp) {
    return nullptr;
  }
  const auto id = [&](const Node& node) {
    return std::pair(node.priority, bridge_mac(mesh.name, node.name).octets);
  };
  return &*std::ranges::min_element(mesh.nodes, {}, id);
}

void mark_roots(GraphPicture& picture) {
  for (GraphNode& node : picture.nodes) {
    node.is_root = std::ranges::find(picture.roots, node.name) != picture.roots.end();
  }
}

// Who an asked node takes for the root, once each.
std::vector<std::string> roots_of(const Mesh& mesh, const Examination& examination) {
  std::vector<std::string> roots;
  for (const Node& node : mesh.nodes) {
    const auto found = examination.nodes.find(node.name);
    if (found == examination.nodes.end() || !found->second.status) { continue; }
    const proto::Status& status = *found->second.status;
    const std::string& id = status.bridge().root_id();
    if (!status.is_up() || !status.bridge().stp() || id.empty()) { continue; }
    const Node* root = find_bridge(mesh, id);
    const std::string& name = root == nullptr ? id : root->name;
    if (std::ranges::find(roots, name) == roots.end()) { roots.push_back(name); }
  }
  return roots;
}

}  // namespace

GraphPicture planned_picture(const Mesh& mesh, const std::vector<std::string>& about) {
  GraphPicture picture = outline_of(mesh, about);
  if (mesh.fragments) {
    picture.mtus = {kFragmentingMtu};
  } else if (mesh.mtu) {
    picture.mtus = {*mesh.mtu};
  }
  if (const Node* root = find_planned_root(mesh)) { picture.roots = {root->name}; }
  mark_roots(picture);
  return picture;
}

GraphPicture live_picture(const Mesh& mesh, const std::vector<std::string>& about,
                          const Examination& examination,
                          std::chrono::system_clock::time_point read_at) {
  GraphPicture picture = outline_of(mesh, about);
  picture.read_at = read_at;
  picture.roots = roots_of(mesh, examination);
  mark_roots(picture);
  Tellings tellings;
  std::set<unsigned> mtus;
  bool any_up = false;
  bool any_tree = false;
  for (GraphNode& node : picture.nodes) {
    const auto found = examination.nodes.find(node.name);
    if (found == examination.nodes.end()) { continue; }
    if (!found->second.status) {
      node.state = DrawnState::kUnreachable;
      node.why = found->second.unreachable;
      continue;
    }
    const proto::Status& status = *found->second.status;
    const Telling& telling = tellings[node.name] = telling_of(status);
    node.state = telling.is_up ? DrawnState::kUp : DrawnState::kDown;
    if (!telling.is_up) { continue; }
    node.mtu = status.bridge().mtu();
    mtus.insert(*node.mtu);
    any_up = true;
    any_tree = any_tree || telling.has_tree;
  }
  picture.mtus.assign(mtus.begin(), mtus.end());
  if (any_up) { picture.has_tree = any_tree; }
  for (GraphLink& link : picture.links) {
    const std::string& a = picture.nodes[link.a].name;
    const std::string& b = picture.nodes[link.b].name;
    const Passage passage = passage_between(examination.measured, a, b);
    link.round_trip = passage.round_trip;
    link.state = link_state_of(tellings, a, b, passage);
    link.is_learned = mesh.learned.links.contains(link_between(a, b));
  }
  return picture;
}

}  // namespace wgmesh
