#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "agent/netlink/interfaces.h"
#include "agent/text/messages.h"
#include "common/error.h"

namespace wgmesh {
namespace {

// struct rtnl_link_stats64 of 2010 ends there; newer kernels append.
void read_counters(const Attribute& attribute, InterfaceReport& interface) {
  rtnl_link_stats64 counters{};
  const Octets payload = attribute.payload();
  std::memcpy(&counters, payload.data(), std::min(payload.size(), sizeof counters));
  interface.rx_bytes = counters.rx_bytes;
  interface.tx_bytes = counters.tx_bytes;
}

// IFLA_INET6_CONF: the sysctls of net.ipv6.conf.NAME as an array of s32, indexed by DEVCONF_*.
void read_ipv6_configuration(Octets values, InterfaceReport& interface) {
  const auto value = [&](std::size_t index) {
    std::int32_t number = 0;
    if ((index + 1) * sizeof number <= values.size()) {
      std::memcpy(&number, values.data() + index * sizeof number, sizeof number);
    }
    return number;
  };
  // An advertisement that is not accepted configures no address either, whatever autoconf says.
  interface.accepts_router_advertisements = value(DEVCONF_ACCEPT_RA) > 0;
  interface.mtu6 = static_cast<std::uint32_t>(std::max(0, value(DEVCONF_MTU6)));
}

// IFLA_AF_SPEC { AF_INET6 { IFLA_INET6_CONF, IFLA_INET6_ADDR_GEN_MODE } }
void read_families(Attributes families, InterfaceReport& interface) {
  for (const Attribute& family : families) {
    if (family.type() != AF_INET6) { continue; }
    interface.ipv6 = true;
    for (const Attribute& attribute : family.nested()) {
      if (attribute.type() == IFLA_INET6_CONF) {
        read_ipv6_configuration(attribute.payload(), interface);
      } else if (attribute.type() == IFLA_INET6_ADDR_GEN_MODE) {
        interface.generates_link_local = attribute.u8() != IN6_ADDR_GEN_MODE_NONE;
      }
    }
  }
}

// IFLA_LINKINFO { INFO_KIND, INFO_DATA { by kind }, INFO_SLAVE_KIND, INFO_SLAVE_DATA { by kind } }
void read_interface_info(Attributes info, InterfaceReport& interface) {
  std::string port_kind;
  std::optional<Attribute> data;
  std::optional<Attribute> port_data;
  for (const Attribute& attribute : info) {
    switch (attribute.type()) {
      case IFLA_INFO_KIND:
        interface.kind = attribute.text();
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
    if (interface.kind == "bridge") { interface.bridge = parse_bridge_data(data->nested()); }
    for (const TunnelKind kind : {TunnelKind::kGretap, TunnelKind::kIp6gretap}) {
      if (interface.kind == kind_name(kind)) {
        interface.tunnel = parse_tunnel_data(kind, data->nested());
      }
    }
  }
  if (port_data && port_kind == "bridge") { interface.port = parse_port_data(port_data->nested()); }
}

bool is_ipv6_link_local(const IpAddress& address) {
  return address.family == Family::kIpv6 && address.octets[0] == 0xfe &&
         (address.octets[1] & 0xc0) == 0x80;
}

}  // namespace

InterfaceReport parse_interface(Octets payload) {
  Octets attributes;
  const auto header = read_header<ifinfomsg>(payload, attributes);
  InterfaceReport interface;
  interface.index = header.ifi_index;
  interface.up = (header.ifi_flags & IFF_UP) != 0;
  interface.loopback = (header.ifi_flags & IFF_LOOPBACK) != 0;
  interface.ethernet = header.ifi_type == ARPHRD_ETHER;
  bool is_parent_elsewhere = false;
  for (const Attribute& attribute : Attributes(attributes)) {
    switch (attribute.type()) {
      case IFLA_IFNAME:
        interface.name = attribute.text();
        break;
      case IFLA_IFALIAS:
        interface.alias = attribute.text();
        break;
      case IFLA_PROP_LIST:
        for (const Attribute& property : attribute.nested()) {
          if (property.type() == IFLA_ALT_IFNAME) { interface.altnames.insert(property.text()); }
        }
        break;
      case IFLA_GROUP:
        interface.group = attribute.u32();
        break;
      case IFLA_MTU:
        interface.mtu = attribute.u32();
        break;
      case IFLA_MASTER:
        interface.master = attribute.s32();
        break;
      case IFLA_LINK:
        interface.parent = attribute.s32();
        break;
      case IFLA_LINK_NETNSID:
        is_parent_elsewhere = true;  // the index is one of another namespace
        break;
      case IFLA_CARRIER:
        interface.carrier = attribute.u8() != 0;
        break;
      case IFLA_ADDRESS:
        // Tunnels of layer 3 have IP addresses here.
        if (attribute.payload().size() == interface.mac.octets.size()) {
          std::ranges::copy(attribute.payload(), interface.mac.octets.begin());
        }
        break;
      case IFLA_STATS64:
        read_counters(attribute, interface);
        break;
      case IFLA_AF_SPEC:
        read_families(attribute.nested(), interface);
        break;
      case IFLA_LINKINFO:
        read_interface_info(attribute.nested(), interface);
        break;
      default:
        break;
    }
  }
  if (is_parent_elsewhere || interface.parent == interface.index) { interface.parent = 0; }
  return interface;
}

std::optional<AddressReport> parse_address(Octets payload) {
  Octets attributes;
  const auto header = read_header<ifaddrmsg>(payload, attributes);
  if (header.ifa_family != AF_INET && header.ifa_family != AF_INET6) { return std::nullopt; }
  AddressReport report;
  report.interface = static_cast<int>(header.ifa_index);
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
  // IFA_ADDRESS is the other end of a point-to-point interface where there is an IFA_LOCAL.
  if (local) { address = local; }
  if (!address) { throw Error(say<"netlink-report-malformed">("an address without an address")); }
  if (header.ifa_prefixlen > address->bits()) {
    throw Error(say<"netlink-report-malformed">("an address with too long a prefix"));
  }
  report.address = {*address, header.ifa_prefixlen};
  report.permanent = (flags & IFA_F_PERMANENT) != 0;
  report.link_local = is_ipv6_link_local(*address);
  return report;
}

}  // namespace wgmesh
