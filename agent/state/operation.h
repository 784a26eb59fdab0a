// One change to a node, as a value: what `diff` lists, `describe` prints, kernels apply. An
// operation names interfaces by name, so a list can be made before its interfaces exist.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "agent/state/state.h"

namespace wgmesh {

// One RTM_NEWLINK with CREATE|EXCL each. The creating message carries master, MTU and group.
struct CreateWireguard {
  std::string name;
  std::uint32_t group = 0;
  std::uint32_t mtu = 0;
  bool operator==(const CreateWireguard&) const = default;
};
// No MTU: one that is given here is lost when the first port joins (see SetInterface::mtu).
struct CreateBridge {
  std::string name;
  std::uint32_t group = 0;
  MacAddress mac;
  bool operator==(const CreateBridge&) const = default;
};
struct CreateTunnel {
  std::string name;
  std::uint32_t group = 0;
  std::uint32_t mtu = 0;
  std::string master;
  MacAddress mac;
  TunnelKind kind = TunnelKind::kIp6gretap;
  IpAddress local;
  IpAddress remote;
  bool path_mtu_discovery = true;
  bool ignore_df = false;
  bool operator==(const CreateTunnel&) const = default;
};

// RTM_NEWLINK on an existing tunnel with IFLA_INFO_DATA: other ends or flags, same interface.
// ip6gretap computes its MTU anew with this, so a SetInterface with the MTU follows.
struct SetTunnel {
  std::string name;
  TunnelKind kind = TunnelKind::kIp6gretap;
  IpAddress local;
  IpAddress remote;
  bool path_mtu_discovery = true;
  bool ignore_df = false;
  bool operator==(const SetTunnel&) const = default;
};

// Only what is present is set; all in one RTM_NEWLINK. The kernel applies a port's own settings
// (isolated, path_cost) before master, so they are never together with a new master in one
// operation.
struct SetInterface {
  std::string name;
  std::optional<std::uint32_t> group;
  std::optional<std::string> alias;
  std::optional<std::uint32_t> mtu;
  std::optional<std::string> master;  // empty text: nomaster
  std::optional<MacAddress> mac;
  std::optional<bool> generates_link_local;
  std::optional<bool> isolated;            // bridge port
  std::optional<std::uint32_t> path_cost;  // bridge port, at least 1
  std::optional<bool> up;
  bool operator==(const SetInterface&) const = default;
};
struct AddAltname {
  std::string name;
  std::string altname;
  bool operator==(const AddAltname&) const = default;
};
struct RemoveAltname {
  std::string name;
  std::string altname;
  bool operator==(const RemoveAltname&) const = default;
};

// Only what is present is set. Times in hundredths of a second.
struct SetBridge {
  std::string name;
  std::optional<bool> stp;
  std::optional<std::uint16_t> priority;
  std::optional<std::uint32_t> forward_delay;
  std::optional<std::uint32_t> hello_time;
  std::optional<std::uint32_t> max_age;
  std::optional<std::uint32_t> ageing;
  bool operator==(const SetBridge&) const = default;
};
// /proc/sys/net/ipv6/conf/NAME/{accept_ra,autoconf}, 1 or 0 both.
struct SetRouterAdvertisements {
  std::string name;
  bool accept = false;
  bool operator==(const SetRouterAdvertisements&) const = default;
};

// Without duplicate-address detection. An address that is there already is no error
// (NLM_F_REPLACE), and neither is one to remove that is gone (EADDRNOTAVAIL): a primary IPv4
// address takes its secondaries along.
struct AddAddress {
  std::string name;
  Prefix address;
  bool operator==(const AddAddress&) const = default;
};
struct RemoveAddress {
  std::string name;
  Prefix address;
  bool operator==(const RemoveAddress&) const = default;
};

// One WG_CMD_SET_DEVICE, or several where it does not fit into one message. Only what is present is
// set.
struct PeerUpdate {
  PublicKey public_key;
  bool remove = false;
  bool update_only = false;                            // WGPEER_F_UPDATE_ONLY: never create
  std::optional<std::optional<Secret>> preshared_key;  // inner empty: clear it
  std::optional<SocketAddress> endpoint;
  std::optional<std::uint16_t> persistent_keepalive;
  std::optional<std::set<Prefix>> allowed_ips;  // replaces all; an empty set detaches the peer
  bool operator==(const PeerUpdate&) const = default;
};
struct SetWireguard {
  std::string name;
  std::optional<Secret> private_key;  // 32 zero octets: clear it
  std::optional<std::uint16_t> listen_port;
  std::optional<std::uint32_t> fwmark;
  std::vector<PeerUpdate> peers;
  bool operator==(const SetWireguard&) const = default;
};

// `ethtool -K NAME sg off`, for a WireGuard device that was just made. With scatter-gather, the kernel cuts what comes from
// a tunnel into packets of several pieces, and WireGuard copies the pieces of each packet together. It is about speed
// alone: no other device is switched, and a kernel that cannot do so is no failure.
struct NoScatterGather {
  std::string name;
  bool operator==(const NoScatterGather&) const = default;
};

// /etc/hosts. The lines of others stay as they are.
struct SetHosts {
  HostsBlock block;
  bool is_new = false;  // there is no block of the mesh yet
  bool operator==(const SetHosts&) const = default;
};

// Deletions. By group only when every member was checked to be ours.
struct DeleteInterface {
  std::string name;
  bool has_peers = false;  // a WireGuard device
  bool operator==(const DeleteInterface&) const = default;
};
struct DeleteGroup {
  std::uint32_t group = 0;
  std::set<std::string>
      members;  // whom it was checked against; anyone else in the group is an error
  bool operator==(const DeleteGroup&) const = default;
};

// A block that is gone already is no error.
struct RemoveHosts {
  std::string mesh;
  bool operator==(const RemoveHosts&) const = default;
};

using Operation = std::variant<CreateWireguard, CreateBridge, CreateTunnel, SetTunnel, SetInterface,
                               AddAltname, RemoveAltname, SetBridge, SetRouterAdvertisements,
                               AddAddress, RemoveAddress, SetWireguard, NoScatterGather, SetHosts,
                               DeleteInterface, DeleteGroup, RemoveHosts>;

enum class OperationKind : std::uint8_t { kAdd, kChange, kRemove };
// A new WireGuard peer is an addition; a peer that loses its allowed IPs is changed.
OperationKind kind_of(const Operation& operation);
// The interface that is made, changed or removed; empty for a whole group
// and for /etc/hosts.
std::string interface_of(const Operation& operation);
// The WireGuard peer, if the operation is about exactly one.
std::optional<PublicKey> peer_of(const Operation& operation);

// How a secret reads.
inline constexpr const char* kHidden = "(hidden)";
// How a public key reads: its base64, or "(new key)" for one that a dry run does not make.
using KeyText = std::function<std::string(const PublicKey&)>;

// The operation in the words of `ip` and `wg`, secrets as "(hidden)":
// "ip link set gt-test-mesh1 master br-test". Deterministic; goldens compare it.
std::string describe(const Operation& operation, const KeyText& key_text = to_base64);

// Deletions wait for `commit`, when every node has applied: DeleteInterface, DeleteGroup,
// RemoveAddress, RemoveAltname, RemoveHosts, and a SetWireguard that only removes peers. (diff.h says which few
// go earlier.)
bool is_deletion(const Operation& operation);

}  // namespace wgmesh
