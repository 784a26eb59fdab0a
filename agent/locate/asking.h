// Asks common peers where they see others: over the tunnel, one packet for each question. A peer that does not answer
// is followed by the next one, and all of it is bounded in time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "common/key.h"
#include "common/locate_port.h"
#include "common/net.h"

namespace wgmesh {

using Sightings = std::map<PublicKey, SocketAddress>;

struct LocateErrand {
  IpAddress own;                  // the inner address of this node
  std::vector<IpAddress> common;  // whom to ask: inner addresses, in their order
  std::vector<PublicKey> keys;    // of those that are looked for
  // Whether a peer may be there. What may not be is no answer, and the next one is asked.
  std::function<bool(const SocketAddress&)> may_be;
};

struct LocateLimits {
  std::uint16_t port = kLocatePort;
  std::size_t at_once = 9;  // questions to one peer, which answers no more than ten in a second
  std::chrono::milliseconds patience{1'000};  // with one peer
  std::chrono::milliseconds in_all{10'000};
};

// Those that somebody has seen, each as the first says who has.
Sightings ask_common_peers(const LocateErrand& errand, const LocateLimits& limits = {});

}  // namespace wgmesh
