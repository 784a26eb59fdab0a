// Which learned peers have gone quiet, whom to ask where they are, and what becomes of the answers. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/locate/asking.h"
#include "proto/plan.pb.h"
#include "proto/status.pb.h"

namespace wgmesh {

// A peer of the committed plan with a learned endpoint and without a handshake for 135 s.
struct QuietPeer {
  std::string node;
  PublicKey key;
  SocketAddress stored;                  // as it was learned
  std::optional<SocketAddress> present;  // where the kernel sends to

  bool operator==(const QuietPeer&) const = default;
};

// Handshakes are by the node's clock, as `now` is: seconds since the epoch.
std::vector<QuietPeer> quiet_learned_peers(const proto::Plan& plan, const proto::Status& status,
                                           std::int64_t now);

// The inner addresses of the peers that this node dials and that are not quiet: they see it, and whoever else dials
// them. `start`: with which one to begin, so that it is not always the same one that is asked first and may lie.
std::vector<IpAddress> common_peers(const proto::Plan& plan, const proto::Status& status,
                                    std::int64_t now, std::size_t start);

// Whether others may say that a peer is there: at an address that is seen from outside, and neither this node's own
// (`own`) nor inside of the mesh.
bool may_be_seen_at(const SocketAddress& endpoint, const proto::Plan& plan,
                    const std::set<IpAddress>& own);

// Where to send to from now on. Nothing: no better place is known. `own`: where this node itself is seen. Two nodes
// behind one router are tried at the peer's own address first, and then from outside.
std::optional<SocketAddress> next_endpoint(const QuietPeer& peer,
                                           const std::optional<SocketAddress>& seen,
                                           const std::optional<SocketAddress>& own);

}  // namespace wgmesh
