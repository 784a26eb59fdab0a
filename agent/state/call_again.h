// A second call to peers that have not answered. If both ends of a pair call before either hears the other, each gives
// up its own WireGuard handshake for the one that comes in. Both may call again five seconds later, and the next frame
// of spanning tree makes both do so at the same moment: such a pair may miss each other for long. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "agent/state/kernel_reading.h"
#include "agent/state/operation.h"

namespace wgmesh {

// Makes each of `peers` anew, as it is: WireGuard calls a new peer at once, if the peer has a keepalive. So a peer
// without one gets one for that moment. Leaves out each peer that has a session, for the session would be lost, and each
// without an endpoint, for nobody can call it. Nothing: no peer is left. `now`: seconds since the epoch.
std::optional<SetWireguard> call_again(const KernelReading& reading, const std::string& mesh,
                                       const std::set<PublicKey>& peers, std::int64_t now);

}  // namespace wgmesh
