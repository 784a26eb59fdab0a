#include "agent/state/first_contact.h"

namespace wgmesh {

void silence(WireguardPeer& peer) {
  peer.endpoint.reset();
  peer.persistent_keepalive = 0;
}

State before_first_contact(State desired, const State& observed, bool rotates) {
  if (!desired.wireguard || !desired.wireguard->private_key) return desired;
  const PublicKey own = public_key_of(*desired.wireguard->private_key);
  const bool keeps_key = rotates && observed.wireguard &&
                         observed.wireguard->private_key == desired.wireguard->private_key;
  for (auto& [key, peer] : desired.wireguard->peers) {
    const bool is_known = observed.wireguard && observed.wireguard->peers.contains(key);
    if (is_known || (own < key && !keeps_key)) continue;
    silence(peer);
  }
  return desired;
}

}  // namespace wgmesh
