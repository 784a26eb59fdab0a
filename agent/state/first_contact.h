// Who calls first where two nodes learn of each other, or of each other's new key, in one change.
// Both would, within the same few milliseconds: WireGuard gives up its own handshake for the one
// that comes in, so each end drops the answer that it waits for, and neither tries again for five
// seconds. Pure.
#pragma once

#include "agent/state/state.h"

namespace wgmesh {

// Without endpoint and keepalive nobody calls the peer; it may call.
void silence(WireguardPeer& peer);

// `desired` as it is until every node has applied (in a rotation: has switched to its new keys): a
// peer that is new and has the lesser public key calls, so it has neither endpoint nor keepalive
// yet. This end learns from the call where the peer is, or has what `desired` says when the other
// end is there for sure, at commit. In a rotation in which only the peer gets a new key it is the
// peer that calls, for at that end nothing but the own key is new.
State before_first_contact(State desired, const State& observed, bool rotates = false);

}  // namespace wgmesh
