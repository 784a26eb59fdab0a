#include "agent/netlink/interfaces.h"

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>

namespace wgmesh {
namespace {

NetlinkMessage interface_message(std::uint16_t type, std::uint16_t flags, const std::string& name,
                                 std::optional<bool> up = std::nullopt) {
  NetlinkMessage message(type, flags);
  ifinfomsg header{};
  header.ifi_family = AF_UNSPEC;
  if (up) {
    header.ifi_change = IFF_UP;
    if (*up) { header.ifi_flags = IFF_UP; }
  }
  message.put_header(&header, sizeof header);
  if (!name.empty()) { message.put_text(IFLA_IFNAME, name); }
  return message;
}

NetlinkMessage creation(const std::string& name, std::uint32_t group) {
  NetlinkMessage message = interface_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, name);
  message.put_u32(IFLA_GROUP, group);
  return message;
}

TunnelData data_of(const auto& change) {
  return {.kind = change.kind,
          .local = change.local,
          .remote = change.remote,
          .path_mtu_discovery = change.path_mtu_discovery,
          .ignore_df = change.ignore_df};
}

// IFLA_LINKINFO { IFLA_INFO_KIND; IFLA_INFO_DATA { IFLA_GRE_* } }
void put_tunnel_info(NetlinkMessage& message, const TunnelData& tunnel) {
  const Nest info(message, IFLA_LINKINFO);
  message.put_text(IFLA_INFO_KIND, kind_name(tunnel.kind));
  const Nest data(message, IFLA_INFO_DATA);
  put_tunnel_data(message, tunnel);
}

NetlinkMessage tunnel_change(const std::string& name, const TunnelData& tunnel) {
  NetlinkMessage message = interface_message(RTM_NEWLINK, 0, name);
  put_tunnel_info(message, tunnel);
  return message;
}

NetlinkMessage altname_change(std::uint16_t type, std::uint16_t flags, const std::string& name,
                              const std::string& altname) {
  NetlinkMessage message = interface_message(type, flags, name);
  const Nest list(message, IFLA_PROP_LIST);
  message.put_text(IFLA_ALT_IFNAME, altname);
  return message;
}

NetlinkMessage address_change(std::uint16_t type, std::uint16_t flags, int interface,
                              const Prefix& prefix) {
  NetlinkMessage message(type, flags);
  ifaddrmsg header{};
  header.ifa_family = prefix.address.family == Family::kIpv4 ? AF_INET : AF_INET6;
  header.ifa_prefixlen = static_cast<std::uint8_t>(prefix.length);
  header.ifa_index = static_cast<std::uint32_t>(interface);
  // The plan makes addresses unique; waiting for duplicates would only keep them from being used.
  if (prefix.address.family == Family::kIpv6) { header.ifa_flags = IFA_F_NODAD; }
  message.put_header(&header, sizeof header);
  message.put_ip_address(IFA_LOCAL, prefix.address);
  message.put_ip_address(IFA_ADDRESS, prefix.address);
  return message;
}

}  // namespace

NetlinkMessage make_interface_dump(bool with_counters) {
  NetlinkMessage message = interface_message(RTM_GETLINK, 0, {});
  if (!with_counters) { message.put_u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS); }
  return message;
}

NetlinkMessage make_interface_question(const std::string& name) {
  // The kernel refuses to look at a long name in IFLA_IFNAME.
  const bool fits = name.size() < IFNAMSIZ;
  NetlinkMessage message = interface_message(RTM_GETLINK, 0, fits ? name : std::string());
  if (!fits) { message.put_text(IFLA_ALT_IFNAME, name); }
  message.put_u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  return message;
}

NetlinkMessage make_interface_question(int index) {
  NetlinkMessage message(RTM_GETLINK, 0);
  ifinfomsg header{};
  header.ifi_index = index;
  message.put_header(&header, sizeof header);
  message.put_u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  return message;
}

NetlinkMessage make_address_dump() {
  NetlinkMessage message(RTM_GETADDR, 0);
  const ifaddrmsg header{};
  message.put_header(&header, sizeof header);
  return message;
}

NetlinkMessage make_change(const CreateWireguard& change) {
  NetlinkMessage message = creation(change.name, change.group);
  message.put_u32(IFLA_MTU, change.mtu);
  const Nest info(message, IFLA_LINKINFO);
  message.put_text(IFLA_INFO_KIND, "wireguard");
  return message;
}

NetlinkMessage make_change(const CreateBridge& change) {
  NetlinkMessage message = creation(change.name, change.group);
  message.put(IFLA_ADDRESS, change.mac.octets);
  const Nest info(message, IFLA_LINKINFO);
  message.put_text(IFLA_INFO_KIND, "bridge");
  return message;
}

NetlinkMessage make_change(const CreateTunnel& change, int master) {
  NetlinkMessage message = creation(change.name, change.group);
  message.put_u32(IFLA_MTU, change.mtu);
  message.put(IFLA_ADDRESS, change.mac.octets);
  if (master != 0) { message.put_u32(IFLA_MASTER, static_cast<std::uint32_t>(master)); }
  put_tunnel_info(message, data_of(change));
  return message;
}

std::vector<NetlinkMessage> make_changes(const SetTunnel& change) {
  std::vector<NetlinkMessage> messages;
  const TunnelData wanted = data_of(change);
  if (wanted.kind == TunnelKind::kGretap && wanted.path_mtu_discovery) {
    // A gretap that ignores DF refuses path-MTU discovery, even when the same message ends the
    // former.
    TunnelData between = wanted;
    between.path_mtu_discovery = false;
    between.ignore_df = false;
    messages.push_back(tunnel_change(change.name, between));
  }
  messages.push_back(tunnel_change(change.name, wanted));
  return messages;
}

// Up to three messages:
//   RTM_SETLINK  IFLA_*, IFLA_AF_SPEC { AF_INET6 { IFLA_INET6_ADDR_GEN_MODE } }
//   RTM_NEWLINK  IFLA_LINKINFO { IFLA_INFO_SLAVE_KIND; IFLA_INFO_SLAVE_DATA { IFLA_BRPORT_* } }
//   RTM_SETLINK  IFF_UP
// The first is SETLINK because before Linux 5.18 a NEWLINK that finds no such name, but a group,
// changes the whole group. Only NEWLINK takes port attributes, and it looks at the master before it
// sets one. Up comes last: in one message with it the flag is applied before the generation mode
// and the port would have made its link-local address, or forwarded before it is isolated.
std::vector<NetlinkMessage> make_changes(const SetInterface& change, int master) {
  std::vector<NetlinkMessage> messages;
  const bool goes_down = change.up && !*change.up;
  if (change.group || change.alias || change.mtu || change.master || change.mac ||
      change.generates_link_local || goes_down) {
    NetlinkMessage message = interface_message(RTM_SETLINK, 0, change.name,
                                               goes_down ? std::optional(false) : std::nullopt);
    if (change.group) { message.put_u32(IFLA_GROUP, *change.group); }
    if (change.alias) { message.put_text(IFLA_IFALIAS, *change.alias); }
    if (change.mtu) { message.put_u32(IFLA_MTU, *change.mtu); }
    if (change.mac) { message.put(IFLA_ADDRESS, change.mac->octets); }
    if (change.master) { message.put_u32(IFLA_MASTER, static_cast<std::uint32_t>(master)); }
    if (change.generates_link_local) {
      const Nest families(message, IFLA_AF_SPEC);
      const Nest family(message, AF_INET6);
      message.put_u8(IFLA_INET6_ADDR_GEN_MODE, *change.generates_link_local
                                                   ? IN6_ADDR_GEN_MODE_EUI64
                                                   : IN6_ADDR_GEN_MODE_NONE);
    }
    messages.push_back(std::move(message));
  }
  if (change.isolated || change.path_cost) {
    NetlinkMessage message = interface_message(RTM_NEWLINK, 0, change.name);
    const Nest info(message, IFLA_LINKINFO);
    message.put_text(IFLA_INFO_SLAVE_KIND, "bridge");
    {
      const Nest data(message, IFLA_INFO_SLAVE_DATA);
      put_port_data(message, change.isolated, change.path_cost);
    }
    messages.push_back(std::move(message));
  }
  if (change.up && *change.up) {
    messages.push_back(interface_message(RTM_SETLINK, 0, change.name, true));
  }
  return messages;
}

NetlinkMessage make_change(const AddAltname& change) {
  return altname_change(RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND, change.name,
                        change.altname);
}

NetlinkMessage make_change(const RemoveAltname& change) {
  return altname_change(RTM_DELLINKPROP, 0, change.name, change.altname);
}

// IFLA_LINKINFO { IFLA_INFO_KIND; IFLA_INFO_DATA { IFLA_BR_* } }
NetlinkMessage make_change(const SetBridge& change) {
  NetlinkMessage message = interface_message(RTM_NEWLINK, 0, change.name);
  const Nest info(message, IFLA_LINKINFO);
  message.put_text(IFLA_INFO_KIND, "bridge");
  const Nest data(message, IFLA_INFO_DATA);
  put_bridge_data(message, change);
  return message;
}

NetlinkMessage make_change(const AddAddress& change, int interface) {
  return address_change(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, interface, change.address);
}

NetlinkMessage make_change(const RemoveAddress& change, int interface) {
  NetlinkMessage message = address_change(RTM_DELADDR, 0, interface, change.address);
  message.tolerate(EADDRNOTAVAIL);  // gone with its primary address
  return message;
}

NetlinkMessage make_change(const DeleteInterface& change) {
  return interface_message(RTM_DELLINK, 0, change.name);
}

NetlinkMessage make_change(const DeleteGroup& change) {
  NetlinkMessage message = interface_message(RTM_DELLINK, 0, {});
  message.put_u32(IFLA_GROUP, change.group);
  return message;
}

}  // namespace wgmesh
