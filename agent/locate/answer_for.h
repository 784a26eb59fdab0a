// Who is told where a peer is seen, and what. Pure.
#pragma once

#include <optional>

#include "agent/locate/locate_packet.h"
#include "proto/status.pb.h"

namespace wgmesh {

// `asker`: the address that the question came from, by the mesh's WireGuard device. WireGuard has proved it, because the
// address is the only one of a peer. Nothing: the mesh is not up, or the asker or the one that is asked for is no peer
// here. The ages of handshakes are by `status.time()`.
std::optional<LocateAnswer> answer_for(const LocateQuestion& question, const IpAddress& asker,
                                       const proto::Status& status);

}  // namespace wgmesh
