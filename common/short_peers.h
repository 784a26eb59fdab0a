// The peers of a plan without what both programs can derive from names: interface names, MAC addresses, inner
// addresses and endpoints. Header-only, because each program has its own kind of protobuf.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "common/key.h"
#include "common/naming.h"
#include "common/net.h"

namespace wgmesh {

// How many octets of a preshared key's proof a short hello has of each peer.
inline constexpr std::size_t kShortProof = 8;

// A peer of the node `node` as its plan has it, but for key, keepalive, and what the mesh file says otherwise.
template <typename Peer>
void put_derived(const std::string& mesh, const std::string& node, const Prefix& underlay,
                 const std::string& peer, const std::string& endpoint, Peer& out) {
  out.set_node(peer);
  if (!endpoint.empty()) { out.set_endpoint(endpoint); }
  out.set_inner_address(to_text(inner_address(mesh, peer, underlay).address));
  auto& tunnel = *out.mutable_tunnel();
  tunnel.set_name(tunnel_name(mesh, peer));
  const std::string full_name = tunnel_full_name(mesh, peer);
  if (full_name != tunnel.name()) { tunnel.set_altname(full_name); }
  const MacAddress mac = tunnel_mac(mesh, node, peer);
  tunnel.set_mac(std::string(mac.octets.begin(), mac.octets.end()));
}

// Whether `peers` has as many keys as `open` has peers, and as many costs, or none; and whether those without a link
// are told in order.
template <typename Open, typename ShortPeers>
bool fits(const Open& open, const ShortPeers& peers) {
  const auto count = static_cast<std::size_t>(open.peers_size());
  const bool has_costs =
      peers.path_costs_size() == 0 || peers.path_costs_size() == open.peers_size();
  const auto& gaps = peers.without_link();
  const bool ascend =
      std::adjacent_find(gaps.begin(), gaps.end(), std::greater_equal<>()) == gaps.end();
  const bool within = gaps.empty() || *(gaps.end() - 1) < count;
  return peers.public_keys().size() == count * kKeySize && has_costs && ascend && within;
}

// Puts all peers of `open` that have a link into `plan`, whose own ones are the exceptions, in the same order. `peers`
// fits.
template <typename Open, typename ShortPeers, typename Plan>
void put_all_peers(const Open& open, const ShortPeers& peers, const Prefix& underlay, Plan& plan) {
  auto exceptions = plan.peers();
  plan.clear_peers();
  int next = 0;
  int gap = 0;
  for (int i = 0; i < open.peers_size(); ++i) {
    if (gap < peers.without_link_size() &&
        peers.without_link(gap) == static_cast<std::uint32_t>(i)) {
      ++gap;
      continue;
    }
    auto& out = *plan.add_peers();
    const bool is_exception =
        next < exceptions.size() && exceptions.Get(next).node() == open.peers(i).node();
    if (is_exception && exceptions.Get(next).as_stored()) {
      out = exceptions.Get(next++);
      continue;
    }
    put_derived(plan.mesh(), plan.node(), underlay, open.peers(i).node(), open.peers(i).endpoint(),
                out);
    out.set_public_key(
        peers.public_keys().substr(static_cast<std::size_t>(i) * kKeySize, kKeySize));
    out.set_persistent_keepalive(peers.persistent_keepalive());
    if (peers.path_costs_size() > 0) { out.mutable_tunnel()->set_path_cost(peers.path_costs(i)); }
    if (is_exception) { out.MergeFrom(exceptions.Get(next++)); }
  }
}

}  // namespace wgmesh
