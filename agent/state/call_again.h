// A second call to peers that have not answered. If both ends of a pair call before either hears the other, each gives
// up its own WireGuard handshake for the one that comes in. Both may call again five seconds later. The next frame of
// spanning tree makes both call at the same moment, so their calls may cross for long. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "agent/state/kernel_reading.h"
#include "agent/state/operation.h"

namespace wgmesh {

// Removes each of `peers` and adds it as it was. WireGuard calls a new peer at once if the peer has a keepalive; a peer
// without a keepalive gets one for that moment. A peer that has a session stays, because the session would be lost. A peer
// without an endpoint stays, because this node cannot call it. Nothing: all of them stay. `now`: seconds since the epoch.
std::optional<SetWireguard> call_again(const KernelReading& reading, const std::string& mesh,
                                       const std::set<PublicKey>& peers, std::int64_t now);

}  // namespace wgmesh
