// Routes as rtnetlink tells them: which way an address goes, and how large a packet may be there.
// Sends nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <set>

#include "agent/netlink/attributes.h"
#include "agent/netlink/netlink_message.h"

namespace wgmesh {

struct RouteReport {
  unsigned destination_length = 0;  // 0: a default route
  std::set<int> interfaces;         // indices; several for a multipath route
  std::uint32_t mtu = 0;            // of the route itself, in octets; 0: the interface decides
  bool learned = false;             // the MTU was learned from the path, and is forgotten again
  bool leads_somewhere = true;      // not blackhole, unreachable or prohibit
  std::optional<IpAddress> source;  // that packets are sent from; empty: not told

  bool operator==(const RouteReport&) const = default;
};

// What rules (`ip rule`) may ask of WireGuard's UDP packets; 0: not known.
struct Flow {
  std::uint32_t mark = 0;
  std::uint16_t from_port = 0;
  std::uint16_t to_port = 0;
};

NetlinkMessage make_route_question(const IpAddress& destination, const Flow& flow = {});
NetlinkMessage make_route_dump();

// `payload` of an RTM_NEWROUTE. Throws Error when it is malformed.
RouteReport parse_route(Octets payload);

}  // namespace wgmesh
