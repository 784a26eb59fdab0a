#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "agent/netlink/links.h"
#include "common/error.h"

namespace wgmesh {
namespace {

// struct rtnl_link_stats64 of 2010 ends there; newer kernels append.
void read_counters(const Attribute& attribute, LinkReport& link) {
  rtnl_link_stats64 counters{};
  const Octets payload = attribute.payload();
  std::memcpy(&counters, payload.data(), std::min(payload.size(), sizeof counters));
  link.rx_bytes = counters.rx_bytes;
  link.tx_bytes = counters.tx_bytes;
}

// IFLA_INET6_CONF: the sysctls of net.ipv6.conf.NAME as an array of s32, indexed by DEVCONF_*.
void read_ipv6_configuration(Octets values, LinkReport& link) {
  const auto value = [&](std::size_t index) {
    std::int32_t number = 0;
    if ((index + 1) * sizeof number <= values.size()) {
      std::memcpy(&number, values.data() + index * sizeof number, sizeof number);
    }
    return number;
  };
  // An advertisement that is not accepted configures no address either, whatever autoconf says.
  link.accepts_router_advertisements = value(DEVCONF_ACCEPT_RA) > 0;
  link.mtu6 = static_cast<std::uint32_t>(std::max(0, value(DEVCONF_MTU6)));
}

// IFLA_AF_SPEC { AF_INET6 { IFLA_INET6_CONF, IFLA_INET6_ADDR_GEN_MODE } }
void read_families(Attributes families, LinkReport& link) {
  for (const Attribute& family : families) {
    if (family.type() != AF_INET6) continue;
    link.ipv6 = true;
    for (const Attribute& attribute : family.nested()) {
      if (attribute.type() == IFLA_INET6_CONF) {
        read_ipv6_configuration(attribute.payload(), link);
      } else if (attribute.type() == IFLA_INET6_ADDR_GEN_MODE) {
        link.generates_link_local = attribute.u8() != IN6_ADDR_GEN_MODE_NONE;
      }
    }
  }
}

// IFLA_LINKINFO { INFO_KIND, INFO_DATA { by kind }, INFO_SLAVE_KIND, INFO_SLAVE_DATA { by kind } }
void read_link_info(Attributes info, LinkReport& link) {
  std::string port_kind;
  std::optional<Attribute> data;
  std::optional<Attribute> port_data;
  for (const Attribute& attribute : info) {
    switch (attribute.type()) {
      case IFLA_INFO_KIND:
        link.kind = attribute.text();
        break;
      case IFLA_INFO_DATA:
        data = attribute;
        break;
      case IFLA_INFO_SLAVE_KIND:
        port_kind = attribute.text();
        break;
      case IFLA_INFO_SLAVE_DATA:
        port_data = attribute;
        break;
      default:
        break;
    }
  }
  if (data) {
    if (link.kind == "bridge") link.bridge = parse_bridge_data(data->nested());
    for (const TunnelKind kind : {TunnelKind::kGretap, TunnelKind::kIp6gretap}) {
      if (link.kind == kind_name(kind)) link.tunnel = parse_tunnel_data(kind, data->nested());
    }
  }
  if (port_data && port_kind == "bridge") link.port = parse_port_data(port_data->nested());
}

bool is_link_local(const IpAddress& address) {
  return address.family == Family::kIpv6 && address.octets[0] == 0xfe &&
         (address.octets[1] & 0xc0) == 0x80;
}

}  // namespace

LinkReport parse_link(Octets payload) {
  Octets attributes;
  const auto header = read_header<ifinfomsg>(payload, attributes);
  LinkReport link;
  link.index = header.ifi_index;
  link.up = (header.ifi_flags & IFF_UP) != 0;
  link.loopback = (header.ifi_flags & IFF_LOOPBACK) != 0;
  link.ethernet = header.ifi_type == ARPHRD_ETHER;
  bool is_parent_elsewhere = false;
  for (const Attribute& attribute : Attributes(attributes)) {
    switch (attribute.type()) {
      case IFLA_IFNAME:
        link.name = attribute.text();
        break;
      case IFLA_IFALIAS:
        link.alias = attribute.text();
        break;
      case IFLA_PROP_LIST:
        for (const Attribute& property : attribute.nested()) {
          if (property.type() == IFLA_ALT_IFNAME) link.altnames.insert(property.text());
        }
        break;
      case IFLA_GROUP:
        link.group = attribute.u32();
        break;
      case IFLA_MTU:
        link.mtu = attribute.u32();
        break;
      case IFLA_MASTER:
        link.master = attribute.s32();
        break;
      case IFLA_LINK:
        link.parent = attribute.s32();
        break;
      case IFLA_LINK_NETNSID:
        is_parent_elsewhere = true;  // the index is one of another namespace
        break;
      case IFLA_CARRIER:
        link.carrier = attribute.u8() != 0;
        break;
      case IFLA_ADDRESS:
        // Tunnels of layer 3 have IP addresses here.
        if (attribute.payload().size() == link.mac.octets.size()) {
          std::ranges::copy(attribute.payload(), link.mac.octets.begin());
        }
        break;
      case IFLA_STATS64:
        read_counters(attribute, link);
        break;
      case IFLA_AF_SPEC:
        read_families(attribute.nested(), link);
        break;
      case IFLA_LINKINFO:
        read_link_info(attribute.nested(), link);
        break;
      default:
        break;
    }
  }
  if (is_parent_elsewhere || link.parent == link.index) link.parent = 0;
  return link;
}

std::optional<AddressReport> parse_address(Octets payload) {
  Octets attributes;
  const auto header = read_header<ifaddrmsg>(payload, attributes);
  if (header.ifa_family != AF_INET && header.ifa_family != AF_INET6) return std::nullopt;
  AddressReport report;
  report.link = static_cast<int>(header.ifa_index);
  std::uint32_t flags = header.ifa_flags;
  std::optional<IpAddress> local;
  std::optional<IpAddress> address;
  for (const Attribute& attribute : Attributes(attributes)) {
    switch (attribute.type()) {
      case IFA_LOCAL:
        local = attribute.ip_address();
        break;
      case IFA_ADDRESS:
        address = attribute.ip_address();
        break;
      case IFA_FLAGS:
        flags = attribute.u32();
        break;
      default:
        break;
    }
  }
  // IFA_ADDRESS is the other end of a point-to-point link where there is an IFA_LOCAL.
  if (local) address = local;
  if (!address) throw Error("an address without an address");
  if (header.ifa_prefixlen > address->bits()) throw Error("an address with too long a prefix");
  report.address = {*address, header.ifa_prefixlen};
  report.permanent = (flags & IFA_F_PERMANENT) != 0;
  report.link_local = is_link_local(*address);
  return report;
}

}  // namespace wgmesh
