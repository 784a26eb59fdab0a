#include "controller/mesh/planner.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string_view>
#include <unordered_map>

#include "common/frame.h"
#include "common/naming.h"
#include "common/short_peers.h"
#include "controller/mesh/learned_in_plan.h"

namespace wgmesh {
namespace {

std::string octets_of(const MacAddress& mac) { return {mac.octets.begin(), mac.octets.end()}; }

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

// All of a plan but its peers.
proto::Plan plan_without_peers(const Mesh& mesh, const Node& node, const proto::Hello& own,
                               const SegmentMtu& mtu, const TreeChoice* choice) {
  proto::Plan plan;
  plan.set_format_version(kPlanFormat);
  plan.set_mesh(mesh.name);
  plan.set_node(node.name);
  plan.set_generation(own.generation() + 1);
  plan.set_network(to_text(mesh.network));
  plan.set_tunnel_kind(has_ipv6_tunnels(mesh) ? proto::IP6GRETAP : proto::GRETAP);
  plan.set_segment_mtu(mtu.segment);
  plan.set_fragments(mesh.fragments);
  if (mesh.fragments) { plan.add_needs("fragments"); }
  if (mesh.hosts) { fill_hosts(mesh, plan); }
  if (has_learned_link(mesh, node)) { plan.add_needs("learned"); }
  put_no_links(mesh, node, plan);
  plan.set_locates(locates_peers(mesh, node));
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
