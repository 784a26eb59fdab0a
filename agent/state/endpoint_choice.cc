#include "agent/state/endpoint_choice.h"

namespace wgmesh {
namespace {

// Seconds: a session that works has a handshake at least this often.
constexpr std::int64_t kLive = 135;

}  // namespace

LivePeers::LivePeers(const proto::Status& status, std::int64_t now) {
  for (const auto& peer : status.device().peers()) {
    if (peer.latest_handshake() == 0) { continue; }
    // A handshake of the future is older than the clock's last jump, and nobody knows how much.
    const std::int64_t age = now - peer.latest_handshake();
    if (age >= 0 && age <= kLive) { keys_.insert(peer.public_key()); }
  }
}

EndpointChoice::EndpointChoice(const EndpointKnowledge& known) : known_(known) {
  if (known.committed != nullptr) {
    for (const proto::Peer& peer : known.committed->peers()) {
      committed_.emplace(peer.node(), &peer);
    }
  }
  if (known.observed != nullptr && known.observed->wireguard) {
    for (const auto& [key, peer] : known.observed->wireguard->peers) {
      for (const Prefix& prefix : peer.allowed_ips) { by_inner_.emplace(prefix, &peer); }
    }
  }
  if (known.status != nullptr) { live_.emplace(*known.status, known.now); }
}

std::optional<SocketAddress> EndpointChoice::of(const proto::Peer& peer, const PublicKey& key,
                                                const Prefix& inner) const {
  const auto [has_key, endpoint] = present(key, inner);
  // Nobody says where it is: it stays where it was heard.
  if (peer.endpoint().empty()) { return has_key ? std::nullopt : endpoint; }
  const auto resolved = known_.resolved.find(peer.node());
  const bool has_other = resolved != known_.resolved.end();
  if (endpoint && (!has_other || keeps(peer))) { return endpoint; }
  return has_other ? std::optional(resolved->second) : std::nullopt;
}

EndpointChoice::Present EndpointChoice::present(const PublicKey& key, const Prefix& inner) const {
  if (known_.observed == nullptr || !known_.observed->wireguard) { return {}; }
  const auto& peers = known_.observed->wireguard->peers;
  if (const auto found = peers.find(key); found != peers.end()) {
    return {true, found->second.endpoint};
  }
  const auto former = by_inner_.find(inner);
  return former == by_inner_.end() ? Present{} : Present{false, former->second->endpoint};
}

bool EndpointChoice::keeps(const proto::Peer& peer) const {
  if (!live_) { return false; }
  const auto committed = committed_.find(peer.node());
  return committed != committed_.end() && committed->second->endpoint() == peer.endpoint() &&
         live_->contains(committed->second->public_key());
}

}  // namespace wgmesh
