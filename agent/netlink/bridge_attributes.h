// IFLA_INFO_DATA of a bridge and IFLA_INFO_SLAVE_DATA of its ports, both ways: what is set, and
// what spanning tree says of itself. Knows nothing of the interfaces that carry them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/netlink/attributes.h"
#include "agent/netlink/netlink_message.h"
#include "agent/state/kernel_reading.h"
#include "agent/state/operation.h"

namespace wgmesh {

// Puts what is present into the open IFLA_INFO_DATA nest.
void put_bridge_data(NetlinkMessage& message, const SetBridge& change);
BridgeData parse_bridge_data(Attributes data);

// Puts what is present into the open IFLA_INFO_SLAVE_DATA nest.
void put_port_data(NetlinkMessage& message, std::optional<bool> isolated,
                   std::optional<std::uint32_t> path_cost);
PortData parse_port_data(Attributes data);

}  // namespace wgmesh
