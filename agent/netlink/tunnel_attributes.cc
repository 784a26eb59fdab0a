#include "agent/netlink/tunnel_attributes.h"

#include <linux/if_tunnel.h>
#include <linux/ip6_tunnel.h>

namespace wgmesh {
namespace {

// Fixed, so that nothing inside decides about the packet outside; one hop is made in all.
constexpr std::uint8_t kTimeToLive = 64;

}  // namespace

void put_tunnel_data(NetlinkMessage& message, const TunnelData& tunnel) {
  message.put_ip_address(IFLA_GRE_LOCAL, tunnel.local);
  message.put_ip_address(IFLA_GRE_REMOTE, tunnel.remote);
  message.put_u8(IFLA_GRE_TTL, kTimeToLive);
  if (tunnel.kind == TunnelKind::kIp6gretap) {
    // "encaplimit none": the option would cost 8 octets of every frame.
    message.put_u32(IFLA_GRE_FLAGS, IP6_TNL_F_IGN_ENCAP_LIMIT);
    return;
  }
  message.put_u8(IFLA_GRE_PMTUDISC, tunnel.path_mtu_discovery ? 1 : 0);
  message.put_u8(IFLA_GRE_IGNORE_DF, tunnel.ignore_df ? 1 : 0);
}

TunnelData parse_tunnel_data(TunnelKind kind, Attributes data) {
  TunnelData tunnel;
  tunnel.kind = kind;
  for (const Attribute& attribute : data) {
    switch (attribute.type()) {
      case IFLA_GRE_LOCAL:
        tunnel.local = attribute.ip_address();
        break;
      case IFLA_GRE_REMOTE:
        tunnel.remote = attribute.ip_address();
        break;
      case IFLA_GRE_PMTUDISC:
        if (kind == TunnelKind::kGretap) { tunnel.path_mtu_discovery = attribute.u8() != 0; }
        break;
      case IFLA_GRE_IGNORE_DF:
        if (kind == TunnelKind::kGretap) { tunnel.ignore_df = attribute.u8() != 0; }
        break;
      default:
        break;
    }
  }
  return tunnel;
}

}  // namespace wgmesh
