// One reading of the kernel, as values: interfaces, addresses and the mesh's WireGuard device as
// the kernel reports them. Two things are made of it, both pure: what can be compared with a plan
// (observation.h) and what is merely measured (status_of.h).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/state/state.h"
#include "common/key.h"
#include "common/net.h"
#include "common/said.h"

namespace wgmesh {

// IFLA_INFO_DATA of the two kinds of tunnel.
struct TunnelData {
  TunnelKind kind = TunnelKind::kIp6gretap;
  IpAddress local;
  IpAddress remote;
  bool path_mtu_discovery = true;
  bool ignore_df = false;

  bool operator==(const TunnelData&) const = default;
};

// IFLA_BR_*. Times in hundredths of a second.
struct BridgeData {
  bool stp = false;
  std::uint16_t priority = 0;
  std::uint32_t forward_delay = 0;
  std::uint32_t hello_time = 0;
  std::uint32_t max_age = 0;
  std::uint32_t ageing = 0;
  bool topology_changes = false;  // and so `ageing` is not what was set, but twice forward_delay
  std::string bridge_id;          // "3000.020000000001", as sysfs prints it
  std::string root_id;
  std::uint32_t root_path_cost = 0;
  std::uint16_t root_port = 0;  // port number, 0: this bridge is the root

  bool operator==(const BridgeData&) const = default;
};

// IFLA_BRPORT_*.
struct PortData {
  std::uint8_t state = 0;  // BR_STATE_*
  std::uint16_t number = 0;
  std::uint32_t path_cost = 0;
  bool isolated = false;
  std::string designated_bridge;

  bool operator==(const PortData&) const = default;
};

// "disabled", "listening", "learning", "forwarding" or "blocking".
std::string_view port_state_name(std::uint8_t state);

// An interface as the kernel reports it.
struct InterfaceReport {
  int index = 0;
  std::string name;
  std::set<std::string> altnames;
  std::string kind;  // IFLA_INFO_KIND: "wireguard", "bridge" …; empty for hardware
  std::string alias;
  std::uint32_t group = 0;
  std::uint32_t mtu = 0;   // octets
  std::uint32_t mtu6 = 0;  // of IPv6, which a router may have lowered; 0: no IPv6 here
  int master = 0;          // index, 0: none
  int parent = 0;         // index of the interface that a VLAN, macvlan … stands on; 0: none here
  bool ethernet = false;  // its frames are those of Ethernet
  bool up = false;
  bool carrier = false;
  bool loopback = false;
  MacAddress mac;
  bool ipv6 = false;  // IPv6 knows it: no interface is known to a kernel without IPv6
  bool generates_link_local = false;
  bool accepts_router_advertisements = false;  // the sysctl accept_ra
  std::uint64_t rx_bytes = 0;
  std::uint64_t tx_bytes = 0;
  std::optional<TunnelData> tunnel;
  std::optional<BridgeData> bridge;
  std::optional<PortData> port;  // of a bridge

  bool operator==(const InterfaceReport&) const = default;
};

// An address on an interface, as the kernel reports it.
struct AddressReport {
  int interface = 0;  // index
  Prefix address;
  bool permanent = false;   // not handed out for a time by a router or a DHCP client
  bool link_local = false;  // IPv6 fe80::/10

  bool operator==(const AddressReport&) const = default;
};

// A peer as the kernel reports it.
struct PeerReport {
  std::optional<Secret> preshared_key;
  std::optional<SocketAddress> endpoint;
  std::uint16_t persistent_keepalive = 0;  // seconds
  std::set<Prefix> allowed_ips;
  std::int64_t latest_handshake = 0;  // seconds since the epoch, 0: never
  std::uint64_t rx_bytes = 0;
  std::uint64_t tx_bytes = 0;

  bool operator==(const PeerReport&) const = default;
};

struct WireguardReport {
  std::optional<Secret> private_key;
  std::optional<PublicKey> public_key;
  std::uint16_t listen_port = 0;
  std::uint32_t fwmark = 0;
  std::map<PublicKey, PeerReport> peers;

  bool operator==(const WireguardReport&) const = default;
};

// /etc/hosts, as far as it is the mesh's.
struct HostsReading {
  std::optional<HostsBlock> block;
  std::optional<Said> damage;  // why nobody can say what is the mesh's; then there is no block
  std::optional<Said> fixed;   // why nothing of it can be changed

  bool operator==(const HostsReading&) const = default;
};

struct KernelReading {
  std::vector<InterfaceReport> interfaces;
  std::vector<AddressReport> addresses;
  std::optional<WireguardReport> wireguard;             // of the mesh's device, where there is one
  std::map<std::string, WireguardReport> predecessors;  // see may_be_predecessor, by interface name
  HostsReading hosts;
  Limits limits;
  bool new_interfaces_take_advertisements = false;  // the node's default for a bridge to come
};

// An interface is the mesh's own by name and kind, and by group or alias: group alone is the mark
// of an interface whose creation was cut off before it got its alias.
bool is_own(const InterfaceReport& interface, const std::string& mesh);

// A WireGuard device that is not the mesh's own and is called as wireguard-mesh calls one:
// wg-MESH<number>. Whether that tool has made it, only its file tells.
bool may_be_predecessor(const InterfaceReport& interface, const std::string& mesh);
// The same of the name alone.
bool is_predecessor_name(std::string_view name, std::string_view mesh);

}  // namespace wgmesh
