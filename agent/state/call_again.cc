#include "agent/state/call_again.h"

#include "common/naming.h"
#include "common/node_state.h"

namespace wgmesh {
namespace {

constexpr std::uint16_t kShortest = 1;  // keepalive, in seconds

// A handshake of the future has a session: the clock was set back.
bool has_session(const PeerReport& peer, std::int64_t now) {
  return peer.latest_handshake != 0 && now - peer.latest_handshake <= kLiveHandshake;
}

}  // namespace

std::optional<SetWireguard> call_again(const KernelReading& reading, const std::string& mesh,
                                       const std::set<PublicKey>& peers, std::int64_t now) {
  if (!reading.wireguard) { return std::nullopt; }
  SetWireguard set{.name = wireguard_name(mesh)};
  for (const auto& [key, peer] : reading.wireguard->peers) {
    if (!peers.contains(key) || !peer.endpoint || has_session(peer, now)) { continue; }
    const bool has_keepalive = peer.persistent_keepalive != 0;
    set.peers.push_back({.public_key = key, .remove = true});
    set.peers.push_back(
        {.public_key = key,
         .preshared_key = peer.preshared_key,
         .endpoint = peer.endpoint,
         .persistent_keepalive = has_keepalive ? peer.persistent_keepalive : kShortest,
         .allowed_ips = peer.allowed_ips});
    if (!has_keepalive) {
      set.peers.push_back({.public_key = key, .update_only = true, .persistent_keepalive = 0});
    }
  }
  if (set.peers.empty()) { return std::nullopt; }
  return set;
}

}  // namespace wgmesh
