// What the node is apart from the mesh: what its kernel can, which way and how large packets go to
// an endpoint, and what is in the way of a plan. Reads only (but for kernel modules, which asking
// loads), and decides nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/netlink/routes.h"
#include "agent/netlink/rtnl_socket.h"
#include "agent/netlink/wireguard_socket.h"
#include "agent/state/kernel_reading.h"
#include "agent/state/state.h"
#include "common/net.h"

namespace wgmesh {

struct MissingModule {
  std::string module;  // "wireguard", "bridge", "ip_gre", "ip6_gre" or "ipv6"
  std::string why;     // the kernel's words
};

// A prefix that an interface of the node has.
struct NodePrefix {
  std::string interface;
  Prefix prefix;

  bool operator==(const NodePrefix&) const = default;
};

// An address of an interface, and octets of the largest packet that the interface takes.
struct InterfaceAddress {
  Prefix prefix;
  std::uint32_t mtu = 0;

  bool operator==(const InterfaceAddress&) const = default;
};

// How packets go to a destination.
struct Way {
  std::uint32_t mtu = 0;            // octets
  std::optional<IpAddress> source;  // empty: the kernel does not tell
};

// What is to be known of an interface before it is put into a bridge.
struct CandidatePort {
  std::string kind;    // empty for hardware
  std::string master;  // empty: none
  std::string master_kind;
  std::string lower_of;               // a macvlan or ipvlan that takes all its frames; empty: none
  std::set<Prefix> global_addresses;  // neither link-local nor loopback
  bool carries_default_route = false;
  bool loopback = false;
  bool is_ethernet = false;

  bool operator==(const CandidatePort&) const = default;
};

class Probe {
 public:
  // Interfaces and their addresses are those of the reading, which must outlive it, as dumping them
  // is what takes long on a node with many. Everything else is asked now.
  explicit Probe(const KernelReading& reading) : reading_(reading) {}

  // What a mesh with tunnels of this kind needs and this kernel has not; `ipv6_segment`: the bridge
  // is to have IPv6 addresses. Throws NetlinkError where it cannot be asked (EPERM).
  std::vector<MissingModule> find_missing_modules(TunnelKind kind, bool ipv6_segment = false);

  // Octets of the largest packet that this node's route takes towards `destination`: of the route
  // where it says so, else of the interface. What was merely learned from the path does not count:
  // it is forgotten after some minutes, and plans would come and go with it. `flow` is what the
  // packets carry beside. Throws NetlinkError where there is no route.
  std::uint32_t read_route_mtu(const IpAddress& destination, const Flow& flow = {});
  // The same, and the address that the node sends from.
  Way read_way(const IpAddress& destination, const Flow& flow = {});

  // Who has the UDP port, in words ("WireGuard device wg0"); the mesh's own device does not count.
  // `adopted`: interfaces that are to become the mesh's, here and below.
  std::optional<std::string> find_port_user(std::uint16_t port, const std::string& mesh,
                                            const std::set<std::string>& adopted = {});

  // Of all interfaces that are not the mesh's own; without loopback and link-local ones.
  std::vector<NodePrefix> read_foreign_prefixes(const std::string& mesh,
                                                const std::set<std::string>& adopted = {});
  // The same addresses, with what their interfaces carry.
  std::vector<InterfaceAddress> read_foreign_addresses(const std::string& mesh);

  std::optional<CandidatePort> find_port(const std::string& name);

 private:
  bool has_default_route(int interface);
  // Of a WireGuard device. `is_mine`: it is the mesh's own. Empty: it has gone.
  std::optional<std::uint16_t> find_listen_port(const InterfaceReport& interface, bool is_mine);
  // Of all interfaces that are not the mesh's own; without loopback and link-local addresses.
  void each_foreign_address(const std::string& mesh, const std::set<std::string>& adopted,
                            const std::function<void(const InterfaceReport&, const Prefix&)>& take);
  WireguardSocket& wireguard();
  // Empty if it is not in the reading.
  const InterfaceReport* find_interface(int index) const;

  const KernelReading& reading_;
  RtnlSocket socket_;
  std::unique_ptr<WireguardSocket> wireguard_;
};

// Local ports in the text of /proc/net/udp or udp6.
std::set<std::uint16_t> parse_udp_ports(std::string_view text);

}  // namespace wgmesh
