#include "controller/mesh/planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "common/error.h"
#include "common/frame.h"
#include "common/naming.h"
#include "common/short_peers.h"
#include "controller/mesh/learned_in_plan.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

constexpr unsigned kDefaultRouteMtu = 1500;
constexpr unsigned kWireguardOverIpv4 = 60;
constexpr unsigned kWireguardOverIpv6 = 80;
constexpr unsigned kLargestDevice = 65000;  // that agents take; paths may carry more (65520)

std::string octets_of(const MacAddress& mac) { return {mac.octets.begin(), mac.octets.end()}; }

bool is_ipv6(const Prefix& prefix) { return prefix.address.family == Family::kIpv6; }

struct SmallestRoute {
  unsigned mtu = kDefaultRouteMtu;
  std::string because;
  bool ipv6 = false;  // some endpoint is reached over IPv6, or not known to be reached over IPv4
};

// The peer at a place in the Open that `node` was sent.
std::string opened_peer(const Mesh& mesh, const std::string& node, std::uint32_t place) {
  const auto found = std::ranges::find(mesh.nodes, node, &Node::name);
  if (found == mesh.nodes.end()) { return {}; }
  const auto peers = opened_peers(mesh, *found);
  return place < peers.size() ? peers[place]->name : std::string();
}

SmallestRoute smallest_route(const Mesh& mesh, const Facts& facts) {
  SmallestRoute smallest;
  unsigned found = std::numeric_limits<unsigned>::max();
  bool any = false;
  for (const auto& [node, hello] : facts) {
    for (const proto::EndpointRoute& route : hello.routes()) {
      const auto address = parse_ip(route.address());
      if (!address) { continue; }
      any = true;
      if (address->family == Family::kIpv6) { smallest.ipv6 = true; }
      if (route.mtu() == 0 || route.mtu() >= found) { continue; }
      found = route.mtu();
      smallest.because = fmt::format("{} to {} ({})", node, route.node(), route.address());
    }
    for (const proto::RouteGroup& group : hello.route_groups()) {
      const auto address = parse_ip(group.address());
      if (!address || group.peers().empty()) { continue; }
      any = true;
      if (address->family == Family::kIpv6) { smallest.ipv6 = true; }
      if (group.mtu() == 0 || group.mtu() >= found) { continue; }
      found = group.mtu();
      smallest.because = fmt::format("{} to {} ({})", node, opened_peer(mesh, node, group.peers(0)),
                                     group.address());
    }
  }
  // Unknown counts as IPv6: 20 bytes too careful beats a black hole.
  if (!any) { smallest.ipv6 = true; }
  if (found != std::numeric_limits<unsigned>::max()) { smallest.mtu = found; }
  return smallest;
}

void fill_device(const Mesh& mesh, const Node& node, unsigned mtu, proto::Device& device) {
  device.set_name(wireguard_name(mesh.name));
  device.set_listen_port(node.listen_port);
  device.set_fwmark(node.fwmark);
  device.set_mtu(mtu);
  device.set_inner_address(to_text(inner_address_of(mesh, node)));
}

std::uint32_t priority_of(const Node& node, const proto::Hello& hello, const TreeChoice* choice) {
  if (!node.priority_is_open) { return node.priority; }
  if (choice != nullptr) { return choice->priorities.at(node.name); }
  return hello.stored_priority() != 0 ? hello.stored_priority() : node.priority;
}

// Of the links of one node. Lists what is stored once: a search per link takes N^3 steps in a mesh.
class PathCosts {
 public:
  PathCosts(const Mesh& mesh, const Node& node, const proto::Hello& hello, const TreeChoice* choice)
      : mesh_(mesh), node_(node), hello_(hello), choice_(choice) {
    for (const proto::StoredCost& stored : hello.stored_costs()) {
      stored_.emplace(stored.node(), stored.path_cost());
    }
  }

  // `place`: of the peer in Open.peers.
  std::uint32_t of(const Node& peer, std::size_t place) const {
    if (mesh_.path_cost.kind != PathCost::Kind::kMeasured) { return mesh_.path_cost.value; }
    if (choice_ != nullptr) {
      const auto chosen = choice_->path_costs.find(link_between(node_.name, peer.name));
      return chosen == choice_->path_costs.end() ? 0 : chosen->second;
    }
    if (place < static_cast<std::size_t>(hello_.opened_costs_size())) {
      return hello_.opened_costs(static_cast<int>(place));
    }
    const auto stored = stored_.find(peer.name);
    return stored == stored_.end() ? 0 : std::min<std::uint32_t>(stored->second, 65535);
  }

 private:
  const Mesh& mesh_;
  const Node& node_;
  const proto::Hello& hello_;
  const TreeChoice* choice_;
  std::unordered_map<std::string_view, std::uint32_t> stored_;
};

void fill_hosts(const Mesh& mesh, proto::Plan& plan) {
  plan.add_needs("hosts");
  for (const Node& node : mesh.nodes) {
    proto::Host& host = *plan.add_hosts();
    host.set_node(node.name);
    for (const Prefix& address : node.addresses) { host.add_addresses(to_text(address.address)); }
  }
}

void fill_bridge(const Mesh& mesh, const Node& node, proto::Bridge& bridge) {
  bridge.set_name(bridge_name(mesh.name));
  bridge.set_stp(mesh.loop_prevention == LoopPrevention::kStp);
  bridge.set_forward_delay(mesh.stp.forward_delay);
  bridge.set_hello_time(mesh.stp.hello_time);
  bridge.set_max_age(mesh.stp.max_age);
  bridge.set_ageing(mesh.stp.ageing);
  for (const Prefix& address : node.addresses) { bridge.add_addresses(to_text(address)); }
  bridge.set_mac(octets_of(bridge_mac(mesh.name, node.name)));
}

void fill_peer(const Mesh& mesh, const Node& node, const Node& peer, const proto::Hello& hello,
               proto::Peer& out) {
  const auto endpoint = endpoint_for(node, peer);
  put_derived(mesh.name, node.name, mesh.underlay, peer.name,
              endpoint ? to_text(*endpoint) : std::string(), out);
  out.set_public_key(hello.public_key());
  out.set_persistent_keepalive(node.persistent_keepalive);
  if (peer.underlay_address) { out.set_inner_address(to_text(*peer.underlay_address)); }
  fill_learned(mesh, node, peer, out);
}

// Lowers `mtu` to the smallest that any node has committed. The node's name, if it did.
std::string hold_at_least(const Facts& facts, std::uint32_t (proto::Hello::*committed)() const,
                          unsigned& mtu) {
  std::string holder;
  for (const auto& [node, hello] : facts) {
    if ((hello.*committed)() == 0 || (hello.*committed)() >= mtu) { continue; }
    mtu = (hello.*committed)();
    holder = node;
  }
  return holder;
}

void hold_at_committed(const Mesh& mesh, const Facts& facts, unsigned tunnel_cost,
                       SegmentMtu& mtu) {
  mtu.held_by = hold_at_least(facts, &proto::Hello::stored_device_mtu, mtu.device);
  if (!mesh.fragments) {
    const std::string holder = hold_at_least(facts, &proto::Hello::stored_segment_mtu, mtu.segment);
    if (!holder.empty()) { mtu.held_by = holder; }
    // The tunnels may be of another kind now.
    mtu.segment = std::min(mtu.segment, mtu.device - tunnel_cost);
  }
  mtu.is_held = !mtu.held_by.empty();
}

// For each ordered pair of nodes, by their places in the file, the start of the proof that the first one holds for the
// second; 0: none. A node that names a peer twice is taken at its first word.
class Proofs {
 public:
  Proofs(const Mesh& mesh, const Facts& facts)
      : size_(mesh.nodes.size()), starts_(size_ * size_, 0) {
    for (const Node& node : mesh.nodes) { numbers_.emplace(node.name, numbers_.size()); }
    for (const Node& node : mesh.nodes) {
      if (const auto hello = facts.find(node.name); hello != facts.end()) {
        list(mesh, node, hello->second);
      }
    }
  }

  std::uint64_t of(const Node& holder, const Node& peer) const {
    return starts_[numbers_.at(holder.name) * size_ + numbers_.at(peer.name)];
  }

 private:
  void list(const Mesh& mesh, const Node& node, const proto::Hello& hello) {
    const std::size_t row = numbers_.at(node.name) * size_;
    for (const proto::PresharedProof& held : hello.preshared()) {
      const auto peer = numbers_.find(held.node());
      if (peer == numbers_.end() || starts_[row + peer->second] != 0) { continue; }
      starts_[row + peer->second] = start_of(held.proof());
    }
    if (hello.short_proofs().empty()) { return; }
    const std::string_view proofs = hello.short_proofs();
    std::size_t at = 0;
    for (const Node* peer : opened_peers(mesh, node)) {
      if (at >= proofs.size()) { return; }
      starts_[row + numbers_.at(peer->name)] = start_of(proofs.substr(at));
      at += kShortProof;
    }
  }

  static std::uint64_t start_of(std::string_view proof) {
    std::uint64_t start = 0;
    static_assert(sizeof start == kShortProof);
    std::memcpy(&start, proof.data(), std::min(proof.size(), sizeof start));
    return start;
  }

  std::size_t size_;
  std::unordered_map<std::string_view, std::size_t> numbers_;
  std::vector<std::uint64_t> starts_;
};

// All of a plan but its peers.
proto::Plan plan_without_peers(const Mesh& mesh, const Node& node, const proto::Hello& own,
                               const SegmentMtu& mtu, const TreeChoice* choice) {
  proto::Plan plan;
  plan.set_format_version(kPlanFormat);
  plan.set_mesh(mesh.name);
  plan.set_node(node.name);
  plan.set_generation(own.generation() + 1);
  plan.set_network(to_text(mesh.network));
  plan.set_tunnel_kind(is_ipv6(mesh.underlay) ? proto::IP6GRETAP : proto::GRETAP);
  plan.set_segment_mtu(mtu.segment);
  plan.set_fragments(mesh.fragments);
  if (mesh.fragments) { plan.add_needs("fragments"); }
  if (mesh.hosts) { fill_hosts(mesh, plan); }
  if (has_learned_link(mesh, node)) { plan.add_needs("learned"); }
  put_no_links(mesh, node, plan);
  fill_device(mesh, node, mtu.device, *plan.mutable_device());
  fill_bridge(mesh, node, *plan.mutable_bridge());
  plan.mutable_bridge()->set_priority(priority_of(node, own, choice));
  for (const std::string& port : node.bridge_ports) { plan.add_bridge_ports(port); }
  return plan;
}

// What an agent cannot derive of a peer in a plan that travels in short.
void put_exception(const Mesh& mesh, const Node& node, const Node& peer, proto::Plan& plan) {
  if (!peer.underlay_address && find_learned(mesh, node, peer) == nullptr) { return; }
  proto::Peer& exception = *plan.add_peers();
  exception.set_node(peer.name);
  if (peer.underlay_address) { exception.set_inner_address(to_text(*peer.underlay_address)); }
  fill_learned(mesh, node, peer, exception);
}

void keep_as_stored(const Node& peer, proto::Peer& out) {
  out.set_node(peer.name);
  out.set_as_stored(true);
}

}  // namespace

SegmentMtu segment_mtu(const Mesh& mesh, const Facts& facts) {
  const SmallestRoute route = smallest_route(mesh, facts);
  const unsigned wireguard_cost = route.ipv6 ? kWireguardOverIpv6 : kWireguardOverIpv4;
  const unsigned tunnel_cost = is_ipv6(mesh.underlay) ? kIp6gretapCost : kGretapCost;
  const unsigned floor = is_ipv6(mesh.underlay) ? kLeastIpv6Mtu : kLeastIpv4Mtu;
  const std::string because =
      route.because.empty() ? "the usual 1500 of Ethernet" : "the path " + route.because;

  SegmentMtu mtu;
  mtu.because = route.because;
  mtu.underlay = route.mtu;
  if (route.mtu < floor + wireguard_cost) {
    throw Error(say<"mesh-path-too-small">(
        because, route.mtu, route.mtu - std::min(route.mtu, wireguard_cost), floor,
        is_ipv6(mesh.underlay) ? ", or set an IPv4 `underlay`" : ""));
  }
  mtu.device = std::min(route.mtu - wireguard_cost, kLargestDevice);
  const unsigned most = mtu.device - tunnel_cost;
  mtu.segment = mesh.fragments ? kFragmentingMtu : mesh.mtu.value_or(most);
  if (mtu.segment > most && !mesh.fragments) {
    throw Error(say<"mesh-mtu-too-large">(mtu.segment, most, because, route.mtu, kFragmentingMtu));
  }
  const bool everybody =
      std::ranges::all_of(mesh.nodes, [&](const Node& node) { return facts.contains(node.name); });
  if (!everybody) { hold_at_committed(mesh, facts, tunnel_cost, mtu); }
  return mtu;
}

proto::Open open_for(const Mesh& mesh, const Node& node) {
  proto::Open open;
  open.set_protocol_version(kProtocolVersion);
  open.set_mesh(mesh.name);
  open.set_node(node.name);
  open.set_network(to_text(mesh.network));
  open.set_listen_port(node.listen_port);
  open.set_inner_address(to_text(inner_address_of(mesh, node)));
  open.set_fwmark(node.fwmark);
  open.set_takes_short(true);
  for (const Node* peer : opened_peers(mesh, node)) {
    proto::OpenPeer& out = *open.add_peers();
    out.set_node(peer->name);
    if (const auto endpoint = endpoint_for(node, *peer)) { out.set_endpoint(to_text(*endpoint)); }
  }
  for (const std::string& port : node.bridge_ports) { open.add_bridge_ports(port); }
  return open;
}

proto::Plan plan_for(const Mesh& mesh, const Node& node, const Facts& facts, const SegmentMtu& mtu,
                     const TreeChoice* choice) {
  const proto::Hello& own = facts.at(node.name);
  proto::Plan plan = plan_without_peers(mesh, node, own, mtu, choice);
  const PathCosts costs(mesh, node, own, choice);
  std::size_t place = 0;
  for (const Node* peer : opened_peers(mesh, node)) {
    const std::size_t own_place = place++;
    if (!is_peered(mesh, node, *peer)) { continue; }
    proto::Peer& out = *plan.add_peers();
    if (const auto hello = facts.find(peer->name); hello != facts.end()) {
      fill_peer(mesh, node, *peer, hello->second, out);
      out.mutable_tunnel()->set_path_cost(costs.of(*peer, own_place));
    } else {
      keep_as_stored(*peer, out);
    }
  }
  return plan;
}

proto::Propose proposal_for(const Mesh& mesh, const Node& node, const Facts& facts,
                            const SegmentMtu& mtu, const TreeChoice* choice) {
  const proto::Hello& own = facts.at(node.name);
  proto::Propose proposal;
  // The agent derives inner addresses from its own one.
  const bool is_derivable = network_of(inner_address_of(mesh, node)) == network_of(mesh.underlay);
  if (!own.takes_short_peers() || !is_derivable) {
    *proposal.mutable_plan() = plan_for(mesh, node, facts, mtu, choice);
    return proposal;
  }
  proto::Plan& plan = *proposal.mutable_plan();
  plan = plan_without_peers(mesh, node, own, mtu, choice);
  const PathCosts costs(mesh, node, own, choice);
  const bool has_costs = mesh.path_cost.kind != PathCost::Kind::kKernels;
  proto::ShortPeers& short_peers = *proposal.mutable_short_peers();
  short_peers.set_persistent_keepalive(node.persistent_keepalive);
  std::string& keys = *short_peers.mutable_public_keys();
  std::uint32_t place = 0;
  for (const Node* peer : opened_peers(mesh, node)) {
    const auto hello = facts.find(peer->name);
    const bool has_link = is_peered(mesh, node, *peer);
    const bool is_known = has_link && hello != facts.end();
    if (is_known) {
      keys += hello->second.public_key();
      put_exception(mesh, node, *peer, plan);
    } else {
      keys.append(kKeySize, '\0');
      if (has_link) { keep_as_stored(*peer, *plan.add_peers()); }
    }
    if (!has_link) { short_peers.add_without_link(place); }
    if (has_costs) { short_peers.add_path_costs(has_link ? costs.of(*peer, place) : 0); }
    ++place;
  }
  return proposal;
}

std::map<std::string, std::vector<std::string>> preshared_keys_to_make(
    const Mesh& mesh, const Facts& facts, const std::set<std::string>& rotated) {
  std::map<std::string, std::vector<std::string>> to_make;
  const Proofs proofs(mesh, facts);
  std::unordered_set<const Node*> known;
  for (const Node& node : mesh.nodes) {
    if (facts.contains(node.name)) { known.insert(&node); }
  }
  for (const Node& node : mesh.nodes) {
    if (!known.contains(&node)) { continue; }
    const bool node_rotates = rotated.contains(node.name);
    for (const Node* peer : peers_of(mesh, node)) {
      if (node.name > peer->name) {
        continue;  // the pair is seen from its other end
      }
      if (!known.contains(peer)) { continue; }
      const std::uint64_t mine = proofs.of(node, *peer);
      const bool rotates = node_rotates || (!rotated.empty() && rotated.contains(peer->name));
      if (rotates || mine == 0 || mine != proofs.of(*peer, node)) {
        to_make[node.name].push_back(peer->name);
      }
    }
  }
  return to_make;
}

std::vector<std::string> vanished_nodes(const Mesh& mesh, const Facts& facts) {
  std::set<std::string> vanished;
  for (const auto& [node, hello] : facts) {
    vanished.insert(hello.stored_peers().begin(), hello.stored_peers().end());
  }
  for (const auto* group : {&mesh.nodes, &mesh.absent}) {
    for (const Node& node : *group) { vanished.erase(node.name); }
  }
  return {vanished.begin(), vanished.end()};
}

}  // namespace wgmesh
