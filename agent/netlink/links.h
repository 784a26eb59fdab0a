// Links and their addresses as rtnetlink messages: each question and change as a message, each
// answer as a plain struct. Links are addressed by name, so changes can be sent before their links
// exist; only where the kernel insists (masters, addresses) is an index asked for. Sends nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/netlink/attributes.h"
#include "agent/netlink/bridge_link.h"
#include "agent/netlink/netlink_message.h"
#include "agent/netlink/tunnel_link.h"
#include "agent/state/operation.h"

namespace wgmesh {

// A link as the kernel reports it.
struct LinkReport {
  int index = 0;
  std::string name;
  std::set<std::string> altnames;
  std::string kind;  // IFLA_INFO_KIND: "wireguard", "bridge" …; empty for hardware
  std::string alias;
  std::uint32_t group = 0;
  std::uint32_t mtu = 0;   // octets
  std::uint32_t mtu6 = 0;  // of IPv6, which a router may have lowered; 0: no IPv6 here
  int master = 0;          // index, 0: none
  int parent = 0;          // index of the link that a VLAN, macvlan … stands on; 0: none here
  bool ethernet = false;   // its frames are those of Ethernet
  bool up = false;
  bool carrier = false;
  bool loopback = false;
  MacAddress mac;
  bool ipv6 = false;  // IPv6 knows it: no link is known to a kernel without IPv6
  bool generates_link_local = false;
  bool accepts_router_advertisements = false;  // the sysctl accept_ra
  std::uint64_t rx_bytes = 0;
  std::uint64_t tx_bytes = 0;
  std::optional<TunnelData> tunnel;
  std::optional<BridgeData> bridge;
  std::optional<PortData> port;  // of a bridge

  bool operator==(const LinkReport&) const = default;
};

// `payload` of an RTM_NEWLINK. Throws Error when it is malformed.
LinkReport parse_link(Octets payload);

// An address on a link, as the kernel reports it.
struct AddressReport {
  int link = 0;  // index
  Prefix address;
  bool permanent = false;   // not handed out for a time by a router or a DHCP client
  bool link_local = false;  // IPv6 fe80::/10

  bool operator==(const AddressReport&) const = default;
};

// `payload` of an RTM_NEWADDR. Empty for families other than IP. Throws Error when it is malformed.
std::optional<AddressReport> parse_address(Octets payload);

// Questions. The dump of links leaves the counters out unless asked for.
NetlinkMessage make_link_dump(bool with_counters);
NetlinkMessage make_link_question(const std::string& name);
NetlinkMessage make_link_question(int index);
NetlinkMessage make_address_dump();

// Changes; `master` is an index.
NetlinkMessage make_change(const CreateWireguard& change);
NetlinkMessage make_change(const CreateBridge& change);
NetlinkMessage make_change(const CreateTunnel& change, int master);
std::vector<NetlinkMessage> make_changes(const SetTunnel& change);
// `master`: index of change.master, 0 for none.
std::vector<NetlinkMessage> make_changes(const SetLink& change, int master);
NetlinkMessage make_change(const AddAltname& change);
NetlinkMessage make_change(const RemoveAltname& change);
NetlinkMessage make_change(const SetBridge& change);
NetlinkMessage make_change(const AddAddress& change, int link);
NetlinkMessage make_change(const RemoveAddress& change, int link);
NetlinkMessage make_change(const DeleteLink& change);
NetlinkMessage make_change(const DeleteGroup& change);

}  // namespace wgmesh
