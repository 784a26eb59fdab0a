#include "controller/mesh/segment_mtu.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "common/error.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

constexpr unsigned kDefaultRouteMtu = 1500;
constexpr unsigned kWireguardOverIpv4 = 60;
constexpr unsigned kWireguardOverIpv6 = 80;
constexpr unsigned kLargestDevice = 65000;  // that agents take; paths may carry more (65520)

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
  // `peer` names one node at the other end, where the route is the smallest so far.
  const auto look_at = [&](const std::string& node, const std::string& address_text, unsigned mtu,
                           const auto& peer) {
    const auto address = parse_ip(address_text);
    if (!address) { return; }
    any = true;
    if (address->family == Family::kIpv6) { smallest.ipv6 = true; }
    if (mtu == 0 || mtu >= found) { return; }
    found = mtu;
    smallest.because = fmt::format("{} to {} ({})", node, peer(), address_text);
  };
  for (const auto& [node, hello] : facts) {
    for (const proto::EndpointRoute& route : hello.routes()) {
      look_at(node, route.address(), route.mtu(), [&] { return route.node(); });
    }
    for (const proto::RouteGroup& group : hello.route_groups()) {
      if (group.peers().empty()) { continue; }
      look_at(node, group.address(), group.mtu(),
              [&, &name = node] { return opened_peer(mesh, name, group.peers(0)); });
    }
  }
  // Unknown counts as IPv6: 20 bytes too careful beats a black hole.
  if (!any) { smallest.ipv6 = true; }
  if (found != std::numeric_limits<unsigned>::max()) { smallest.mtu = found; }
  return smallest;
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

}  // namespace

SegmentMtu segment_mtu(const Mesh& mesh, const Facts& facts) {
  const SmallestRoute route = smallest_route(mesh, facts);
  const unsigned wireguard_cost = route.ipv6 ? kWireguardOverIpv6 : kWireguardOverIpv4;
  const unsigned tunnel_cost = has_ipv6_tunnels(mesh) ? kIp6gretapCost : kGretapCost;
  const unsigned floor = has_ipv6_tunnels(mesh) ? kLeastIpv6Mtu : kLeastIpv4Mtu;
  const std::string because =
      route.because.empty() ? "the usual 1500 of Ethernet" : "the path " + route.because;

  SegmentMtu mtu;
  mtu.because = route.because;
  mtu.underlay = route.mtu;
  if (route.mtu < floor + wireguard_cost) {
    throw Error(say<"mesh-path-too-small">(
        because, route.mtu, route.mtu - std::min(route.mtu, wireguard_cost), floor,
        has_ipv6_tunnels(mesh) ? ", or set an IPv4 `underlay`" : ""));
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

}  // namespace wgmesh
