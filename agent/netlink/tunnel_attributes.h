// IFLA_INFO_DATA of the two tunnel kinds, both ways. Knows no names and no addresses but the two
// ends.
#pragma once

#include "agent/netlink/attributes.h"
#include "agent/netlink/netlink_message.h"
#include "agent/state/kernel_reading.h"

namespace wgmesh {

// Puts the attributes into the open IFLA_INFO_DATA nest. Everything is named: what a change leaves
// out, the kernel sets to its default.
void put_tunnel_data(NetlinkMessage& message, const TunnelData& tunnel);
// Throws Error when it is malformed.
TunnelData parse_tunnel_data(TunnelKind kind, Attributes data);

}  // namespace wgmesh
