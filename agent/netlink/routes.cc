#include "agent/netlink/routes.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

#include "agent/text/messages.h"
#include "common/error.h"

namespace wgmesh {
namespace {

// RTA_METRICS { RTAX_MTU }
std::uint32_t parse_mtu(Attributes metrics) {
  for (const Attribute& metric : metrics) {
    if (metric.type() == RTAX_MTU) { return metric.u32(); }
  }
  return 0;
}

// RTA_MULTIPATH: rtnexthop structs, each with attributes of its own.
void parse_hops(Octets hops, std::set<int>& interfaces) {
  while (hops.size() >= sizeof(rtnexthop)) {
    rtnexthop hop;
    std::memcpy(&hop, hops.data(), sizeof hop);
    if (hop.rtnh_len < sizeof hop || hop.rtnh_len > hops.size()) {
      throw Error(say<"netlink-report-malformed">("a next hop of impossible length"));
    }
    interfaces.insert(hop.rtnh_ifindex);
    const std::size_t step = RTNH_ALIGN(static_cast<std::size_t>(hop.rtnh_len));
    hops = hops.subspan(step < hops.size() ? step : hops.size());
  }
}

bool expires(Octets cache) {
  rta_cacheinfo info{};
  if (cache.size() < sizeof info) {
    throw Error(say<"netlink-report-malformed">("a route's cache data is too short"));
  }
  std::memcpy(&info, cache.data(), sizeof info);
  return info.rta_expires > 0;
}

}  // namespace

NetlinkMessage make_route_question(const IpAddress& destination, const Flow& flow) {
  NetlinkMessage message(RTM_GETROUTE, 0);
  rtmsg header{};
  header.rtm_family = destination.family == Family::kIpv4 ? AF_INET : AF_INET6;
  header.rtm_dst_len = static_cast<std::uint8_t>(destination.bits());
  message.put_header(&header, sizeof header);
  message.put_ip_address(RTA_DST, destination);
  if (flow.mark != 0) { message.put_u32(RTA_MARK, flow.mark); }
  if (flow.from_port != 0 || flow.to_port != 0) { message.put_u8(RTA_IP_PROTO, IPPROTO_UDP); }
  if (flow.from_port != 0) { message.put_u16(RTA_SPORT, htons(flow.from_port)); }
  if (flow.to_port != 0) { message.put_u16(RTA_DPORT, htons(flow.to_port)); }
  return message;
}

NetlinkMessage make_route_dump() {
  NetlinkMessage message(RTM_GETROUTE, 0);
  const rtmsg header{};
  message.put_header(&header, sizeof header);
  return message;
}

RouteReport parse_route(Octets payload) {
  Octets attributes;
  const auto header = read_header<rtmsg>(payload, attributes);
  RouteReport route;
  route.destination_length = header.rtm_dst_len;
  route.leads_somewhere = header.rtm_type == RTN_UNICAST || header.rtm_type == RTN_LOCAL;
  // What was learned from the path is an entry of its own in IPv6 (cloned), and one that expires in
  // IPv4. An IPv6 route of a router advertisement expires too, but its MTU stays as long as it
  // does.
  const bool is_ipv6 = header.rtm_family == AF_INET6;
  route.learned = is_ipv6 && (header.rtm_flags & RTM_F_CLONED) != 0;
  for (const Attribute& attribute : Attributes(attributes)) {
    switch (attribute.type()) {
      case RTA_OIF:
        route.interfaces.insert(attribute.s32());
        break;
      case RTA_MULTIPATH:
        parse_hops(attribute.payload(), route.interfaces);
        break;
      case RTA_METRICS:
        route.mtu = parse_mtu(attribute.nested());
        break;
      case RTA_PREFSRC:
        route.source = attribute.ip_address();
        break;
      case RTA_CACHEINFO:
        if (!is_ipv6 && expires(attribute.payload())) { route.learned = true; }
        break;
      default:
        break;
    }
  }
  return route;
}

}  // namespace wgmesh
