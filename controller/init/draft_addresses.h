// The segment's prefix, and an address in it for each node of a draft.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "controller/init/draft.h"

namespace wgmesh {

// The /64 with subnet 0 of the unique local prefix that has this global ID (RFC 4193).
Prefix unique_local_network(const std::array<std::uint8_t, 5>& global_id);

// The smallest network that has all these addresses as hosts, and is no smaller than the prefixes that they came with.
// Looks at the IP version of the first one only. Nothing if they are too far apart to be one network, or there is none.
std::optional<Prefix> covering_network(std::span<const Prefix> addresses);

// Needs draft.network. A node keeps its addresses in that network, and those of the other IP version. If it has none
// in the network, or only such as another node has, it gets the lowest that is free. Throws Error when there is none.
void number_nodes(Draft& draft);

}  // namespace wgmesh
