// What a node is, in the values that a plan decides: WireGuard device and peers, bridge, tunnels,
// foreign ports. One type for wanted and found, compared with ==. Nothing here changes by itself
// (handshakes, counters, port states are Status), and nothing is named by a number that the kernel
// hands out (ifindex).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/key.h"
#include "common/net.h"

namespace wgmesh {

// What every interface of ours has. `group` and `alias` are the mark of ownership.
struct Interface {
  std::string name;
  std::uint32_t group = 0;
  std::string alias;
  std::set<std::string> altnames;
  std::uint32_t mtu = 0;
  bool up = false;
  std::string master;  // empty: none

  bool operator==(const Interface&) const = default;
};

struct WireguardPeer {
  std::optional<Secret> preshared_key;
  std::optional<SocketAddress> endpoint;   // as desired has decided; see desired.h for roaming
  std::uint16_t persistent_keepalive = 0;  // seconds, 0: off
  std::set<Prefix> allowed_ips;

  bool operator==(const WireguardPeer&) const = default;
};

struct Wireguard {
  Interface interface;
  std::optional<Secret> private_key;
  std::uint16_t listen_port = 0;
  std::uint32_t fwmark = 0;
  std::set<Prefix> addresses;
  std::map<PublicKey, WireguardPeer> peers;

  bool operator==(const Wireguard&) const = default;
};

enum class TunnelKind : std::uint8_t { kGretap, kIp6gretap };

// As IFLA_INFO_KIND and `ip link` have it.
constexpr std::string_view kind_name(TunnelKind kind) {
  return kind == TunnelKind::kGretap ? "gretap" : "ip6gretap";
}

struct Tunnel {
  Interface interface;
  MacAddress mac;
  TunnelKind kind = TunnelKind::kIp6gretap;
  IpAddress local;
  IpAddress remote;
  bool path_mtu_discovery = true;     // gretap only; true for ip6gretap
  bool ignore_df = false;             // gretap only
  bool generates_link_local = false;  // IFLA_AF_SPEC addrgenmode: false is "none"
  std::uint32_t path_cost = 0;        // of the bridge port; 0: whatever the kernel computed
  bool isolated = false;

  bool operator==(const Tunnel&) const = default;
};

// A time of a bridge that the kernel does not show just now; it equals any other. A bridge that is
// not the root shows the root's forward delay, hello time and max age instead of its own. While the
// tree changes, it shows twice the forward delay instead of the ageing time.
inline constexpr std::uint32_t kTimeUnknown = 0xffffffff;

// Times in hundredths of a second, as the kernel's netlink attributes have them (USER_HZ).
struct Bridge {
  Interface interface;
  MacAddress mac;
  bool stp = true;
  std::uint16_t priority = 32768;
  std::uint32_t forward_delay = 1500;
  std::uint32_t hello_time = 200;
  std::uint32_t max_age = 2000;
  std::uint32_t ageing = 30000;
  std::set<Prefix> addresses;
  bool accepts_router_advertisements = false;  // the sysctl accept_ra of the bridge

  bool operator==(const Bridge&) const = default;
};

inline constexpr std::array<std::uint32_t Bridge::*, 4> kBridgeTimes{
    &Bridge::forward_delay, &Bridge::hello_time, &Bridge::max_age, &Bridge::ageing};

// An existing interface of the node that bridge_ports puts into the bridge; not ours.
struct ForeignPort {
  std::string master;  // empty: none
  std::uint32_t mtu = 0;
  bool up = false;
  // VLANs and the like that stand on it, and their MTUs, in an order in which they can be set. The
  // kernel lowers them with the port and does not raise them again. Desired: those to give back.
  std::vector<std::pair<std::string, std::uint32_t>> above;

  bool operator==(const ForeignPort&) const = default;
};

// The mesh's part of /etc/hosts. Each line is as it stands in the file, without its end.
struct HostsBlock {
  std::string mesh;
  std::vector<std::string> lines;

  bool operator==(const HostsBlock&) const = default;
};

// A WireGuard device of the tool before this one, wg-MESH<number>. It keeps its addresses, routes and
// peers until it is deleted, but falls silent when it has neither key nor port. Desired: absent
// means that it goes.
struct PredecessorDevice {
  std::optional<Secret> private_key;
  std::uint16_t listen_port = 0;  // without a key any port will do

  bool operator==(const PredecessorDevice&) const = default;
};

// What a node keeps us from setting. Only ever observed; a plan wants nothing of it.
struct Limits {
  // The kernel has no IPv6: nobody can say how an interface makes IPv6 addresses, and none does.
  bool no_ipv6 = false;
  // /proc/sys is read-only, as in every container without privileges: whether an interface takes
  // router advertisements stays as it is.
  bool fixed_settings = false;

  bool operator==(const Limits&) const = default;
};

// Absent members mean: there is none (desired: there shall be none).
struct State {
  std::optional<Wireguard> wireguard;
  std::optional<Bridge> bridge;
  std::map<std::string, Tunnel> tunnels;                  // by interface name
  std::map<std::string, ForeignPort> foreign_ports;       // by interface name
  std::map<std::string, PredecessorDevice> predecessors;  // by interface name
  std::optional<HostsBlock> hosts;
  Limits limits;

  bool operator==(const State&) const = default;
};

}  // namespace wgmesh
