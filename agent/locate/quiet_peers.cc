#include "agent/locate/quiet_peers.h"

#include <algorithm>
#include <map>

#include "agent/state/endpoint_choice.h"

namespace wgmesh {

std::vector<QuietPeer> quiet_learned_peers(const proto::Plan& plan, const proto::Status& status,
                                           std::int64_t now) {
  const LivePeers live(status, now);
  std::map<std::string, std::optional<SocketAddress>> present;  // by public key
  for (const proto::PeerStatus& peer : status.device().peers()) {
    present.emplace(peer.public_key(), parse_socket_address(peer.endpoint()));
  }
  std::vector<QuietPeer> quiet;
  for (const proto::Peer& peer : plan.peers()) {
    const auto known = present.find(peer.public_key());
    if (!peer.learned() || known == present.end() || live.contains(peer.public_key())) { continue; }
    const auto key = public_key_from(peer.public_key());
    const auto stored = parse_socket_address(peer.endpoint());
    if (key && stored) { quiet.push_back({peer.node(), *key, *stored, known->second}); }
  }
  return quiet;
}

std::vector<IpAddress> common_peers(const proto::Plan& plan, const proto::Status& status,
                                    std::int64_t now, std::size_t start) {
  const LivePeers live(status, now);
  std::vector<IpAddress> common;
  for (const proto::Peer& peer : plan.peers()) {
    const bool is_dialled = !peer.endpoint().empty() && !peer.learned();
    const auto inner = parse_ip(peer.inner_address());
    if (is_dialled && inner && live.contains(peer.public_key())) { common.push_back(*inner); }
  }
  if (!common.empty()) {
    std::rotate(common.begin(), common.begin() + static_cast<std::ptrdiff_t>(start % common.size()),
                common.end());
  }
  return common;
}

bool may_be_seen_at(const SocketAddress& endpoint, const proto::Plan& plan,
                    const std::set<IpAddress>& own) {
  const IpAddress& address = endpoint.address;
  if (endpoint.port == 0 || !is_public(address) || own.contains(address)) { return false; }
  for (const std::string& inside : {plan.network(), plan.device().inner_address()}) {
    const auto prefix = parse_prefix(inside);
    if (!prefix || contains(network_of(*prefix), address)) { return false; }
  }
  return true;
}

std::optional<SocketAddress> next_endpoint(const QuietPeer& peer,
                                           const std::optional<SocketAddress>& seen,
                                           const std::optional<SocketAddress>& own) {
  if (!seen) { return std::nullopt; }
  const bool behind_one_router = own && own->address == seen->address;
  if (behind_one_router && is_private(peer.stored.address) && peer.present != peer.stored) {
    return peer.stored;
  }
  return peer.present == seen ? std::nullopt : seen;
}

}  // namespace wgmesh
