// Which end calls first if two nodes learn of each other, or of each other's new key, in one
// change. If both ends called within the same few milliseconds, each end would give up its own
// WireGuard handshake for the one that comes in, and neither would try again for five seconds.
// Pure.
#pragma once

#include <optional>
#include <set>

#include "agent/state/state.h"

namespace wgmesh {

// Until every node has applied (in a rotation: has switched to its new keys), one end of a new pair
// has neither endpoint nor keepalive for its peer. That end learns from the call where the peer is.
// At commit it gets what `desired` says.
class FirstContact {
 public:
  // The change leads from `before` to `desired`. `rotates`: keys change in this change.
  FirstContact(const State& desired, const State& before, bool rotates);

  // True: `peer` is called at once, because this end has the lesser public key, or knew the peer
  // before. If only the peer gets a new key, the peer calls: nothing but the own key is new there.
  bool may_call(const PublicKey& peer) const;
  // True: `before` has the peer.
  bool is_known(const PublicKey& peer) const { return known_.contains(peer); }

 private:
  std::set<PublicKey> known_;
  std::optional<PublicKey> own_;  // empty: no key is wanted, so nobody can be called too early
  bool keeps_key_ = false;
};

}  // namespace wgmesh
