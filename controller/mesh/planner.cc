#include "controller/mesh/planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <string_view>
#include <unordered_map>

#include "common/error.h"
#include "common/frame.h"
#include "common/naming.h"
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

SmallestRoute smallest_route(const Facts& facts) {
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

std::uint32_t path_cost_of(const Mesh& mesh, const Node& node, const Node& peer,
                           const proto::Hello& hello, const TreeChoice* choice) {
  if (mesh.path_cost.kind != PathCost::Kind::kMeasured) { return mesh.path_cost.value; }
  if (choice != nullptr) {
    const auto chosen = choice->path_costs.find(link_between(node.name, peer.name));
    return chosen == choice->path_costs.end() ? 0 : chosen->second;
  }
  for (const proto::StoredCost& stored : hello.stored_costs()) {
    if (stored.node() == peer.name) { return std::min<std::uint32_t>(stored.path_cost(), 65535); }
  }
  return 0;
}

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
  out.set_node(peer.name);
  out.set_public_key(hello.public_key());
  if (const auto endpoint = endpoint_for(node, peer)) { out.set_endpoint(to_text(*endpoint)); }
  out.set_inner_address(to_text(inner_address_of(mesh, peer).address));
  out.set_persistent_keepalive(node.persistent_keepalive);
  proto::Tunnel& tunnel = *out.mutable_tunnel();
  tunnel.set_name(tunnel_name(mesh.name, peer.name));
  const std::string full_name = tunnel_full_name(mesh.name, peer.name);
  if (full_name != tunnel.name()) { tunnel.set_altname(full_name); }
  tunnel.set_mac(octets_of(tunnel_mac(mesh.name, node.name, peer.name)));
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

// The proofs that one node holds, by peer. A node that names a peer twice is taken at its first
// word.
using Proofs = std::unordered_map<std::string_view, std::string_view>;

// Of every node in `facts`. It lists each node's proofs once: a search per pair takes N^3 steps.
std::unordered_map<std::string_view, Proofs> proofs_of(const Facts& facts) {
  std::unordered_map<std::string_view, Proofs> all;
  for (const auto& [node, hello] : facts) {
    Proofs& proofs = all[node];
    proofs.reserve(static_cast<std::size_t>(hello.preshared_size()));
    for (const proto::PresharedProof& held : hello.preshared()) {
      proofs.emplace(held.node(), held.proof());
    }
  }
  return all;
}

// Empty: none.
std::string_view proof_for(const Proofs& proofs, std::string_view peer) {
  const auto found = proofs.find(peer);
  return found == proofs.end() ? std::string_view() : found->second;
}

}  // namespace

SegmentMtu segment_mtu(const Mesh& mesh, const Facts& facts) {
  const SmallestRoute route = smallest_route(facts);
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
  for (const Node* peer : peers_of(mesh, node)) {
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
  fill_device(mesh, node, mtu.device, *plan.mutable_device());
  fill_bridge(mesh, node, *plan.mutable_bridge());
  plan.mutable_bridge()->set_priority(priority_of(node, own, choice));
  for (const Node* peer : peers_of(mesh, node)) {
    proto::Peer& out = *plan.add_peers();
    if (const auto hello = facts.find(peer->name); hello != facts.end()) {
      fill_peer(mesh, node, *peer, hello->second, out);
      out.mutable_tunnel()->set_path_cost(path_cost_of(mesh, node, *peer, own, choice));
    } else {
      out.set_node(peer->name);
      out.set_as_stored(true);
    }
  }
  for (const std::string& port : node.bridge_ports) { plan.add_bridge_ports(port); }
  return plan;
}

std::map<std::string, std::vector<std::string>> preshared_keys_to_make(
    const Mesh& mesh, const Facts& facts, const std::set<std::string>& rotated) {
  std::map<std::string, std::vector<std::string>> to_make;
  const auto proofs = proofs_of(facts);
  for (const Node& node : mesh.nodes) {
    const auto own = proofs.find(node.name);
    if (own == proofs.end()) { continue; }
    const bool node_rotates = rotated.contains(node.name);
    for (const Node* peer : peers_of(mesh, node)) {
      if (node.name > peer->name) {
        continue;  // the pair is seen from its other end
      }
      const auto other = proofs.find(peer->name);
      if (other == proofs.end()) { continue; }
      const std::string_view mine = proof_for(own->second, peer->name);
      const std::string_view theirs = proof_for(other->second, node.name);
      const bool rotates = node_rotates || rotated.contains(peer->name);
      if (rotates || mine.empty() || mine != theirs) { to_make[node.name].push_back(peer->name); }
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
