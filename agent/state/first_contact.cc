#include "agent/state/first_contact.h"

namespace wgmesh {

FirstContact::FirstContact(const State& desired, const State& before, bool rotates) {
  if (before.wireguard) {
    for (const auto& [key, peer] : before.wireguard->peers) { known_.insert(key); }
  }
  if (!desired.wireguard || !desired.wireguard->private_key) { return; }
  own_ = public_key_of(*desired.wireguard->private_key);
  keeps_key_ = rotates && before.wireguard &&
               before.wireguard->private_key == desired.wireguard->private_key;
}

bool FirstContact::may_call(const PublicKey& peer) const {
  return !own_ || is_known(peer) || (*own_ < peer && !keeps_key_);
}

}  // namespace wgmesh
