#include "agent/state/operation.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "common/overloaded.h"

namespace wgmesh {
namespace {

// The `type` part of `ip link add` and `ip link set`, for either tunnel operation.
template <class TunnelOperation>
std::string tunnel_words(const TunnelOperation& tunnel) {
  std::string words = fmt::format("type {} local {} remote {}", kind_name(tunnel.kind),
                                  to_text(tunnel.local), to_text(tunnel.remote));
  if (tunnel.kind == TunnelKind::kIp6gretap) { return words + " encaplimit none"; }
  words += tunnel.path_mtu_discovery ? " pmtudisc" : " nopmtudisc";
  words += tunnel.ignore_df ? " ignore-df" : " noignore-df";
  return words;
}

std::string words(const CreateWireguard& create) {
  return fmt::format("ip link add {} group {} mtu {} type wireguard", create.name, create.group,
                     create.mtu);
}

std::string words(const CreateBridge& create) {
  return fmt::format("ip link add {} address {} group {} type bridge", create.name,
                     to_text(create.mac), create.group);
}

std::string words(const CreateTunnel& create) {
  std::string master = create.master.empty() ? "" : " master " + create.master;
  return fmt::format("ip link add {} address {} group {} mtu {}{} {}", create.name,
                     to_text(create.mac), create.group, create.mtu, master, tunnel_words(create));
}

std::string words(const SetTunnel& set) {
  return fmt::format("ip link set {} {}", set.name, tunnel_words(set));
}

std::string words(const SetInterface& set) {
  std::string text = "ip link set " + set.name;
  if (set.group) { text += fmt::format(" group {}", *set.group); }
  if (set.alias) { text += set.alias->empty() ? " alias \"\"" : " alias " + *set.alias; }
  if (set.mtu) { text += fmt::format(" mtu {}", *set.mtu); }
  if (set.mac) { text += " address " + to_text(*set.mac); }
  if (set.master) { text += set.master->empty() ? " nomaster" : " master " + *set.master; }
  if (set.generates_link_local) {
    text += *set.generates_link_local ? " addrgenmode eui64" : " addrgenmode none";
  }
  if (set.up) { text += *set.up ? " up" : " down"; }
  if (set.isolated || set.path_cost) { text += " type bridge_slave"; }
  if (set.isolated) { text += *set.isolated ? " isolated on" : " isolated off"; }
  if (set.path_cost) { text += fmt::format(" cost {}", *set.path_cost); }
  return text;
}

std::string words(const AddAltname& add) {
  return fmt::format("ip link property add dev {} altname {}", add.name, add.altname);
}

std::string words(const RemoveAltname& remove) {
  return fmt::format("ip link property del dev {} altname {}", remove.name, remove.altname);
}

std::string words(const SetBridge& set) {
  std::string text = fmt::format("ip link set {} type bridge", set.name);
  if (set.stp) { text += fmt::format(" stp_state {}", *set.stp ? 1 : 0); }
  if (set.priority) { text += fmt::format(" priority {}", *set.priority); }
  if (set.forward_delay) { text += fmt::format(" forward_delay {}", *set.forward_delay); }
  if (set.hello_time) { text += fmt::format(" hello_time {}", *set.hello_time); }
  if (set.max_age) { text += fmt::format(" max_age {}", *set.max_age); }
  if (set.ageing) { text += fmt::format(" ageing_time {}", *set.ageing); }
  return text;
}

std::string words(const SetRouterAdvertisements& set) {
  int value = set.accept ? 1 : 0;
  return fmt::format("sysctl net/ipv6/conf/{0}/accept_ra={1} net/ipv6/conf/{0}/autoconf={1}",
                     set.name, value);
}

std::string words(const AddAddress& add) {
  const char* nodad = add.address.address.family == Family::kIpv6 ? " nodad" : "";
  return fmt::format("ip address add {} dev {}{}", to_text(add.address), add.name, nodad);
}

std::string words(const RemoveAddress& remove) {
  return fmt::format("ip address del {} dev {}", to_text(remove.address), remove.name);
}

std::string peer_words(const PeerUpdate& peer, const KeyText& key_text) {
  std::string text = " peer " + key_text(peer.public_key);
  if (peer.remove) { return text + " remove"; }
  if (peer.preshared_key) {
    text += fmt::format(" preshared-key {}", *peer.preshared_key ? kHidden : "/dev/null");
  }
  if (peer.endpoint) { text += " endpoint " + to_text(*peer.endpoint); }
  if (peer.persistent_keepalive) {
    text += fmt::format(" persistent-keepalive {}", *peer.persistent_keepalive);
  }
  if (peer.allowed_ips) {
    std::vector<std::string> prefixes;
    for (const Prefix& prefix : *peer.allowed_ips) { prefixes.push_back(to_text(prefix)); }
    text += prefixes.empty() ? " allowed-ips \"\""
                             : fmt::format(" allowed-ips {}", fmt::join(prefixes, ","));
  }
  return text;
}

std::string words(const SetWireguard& set, const KeyText& key_text) {
  std::string text = "wg set " + set.name;
  if (set.listen_port) { text += fmt::format(" listen-port {}", *set.listen_port); }
  if (set.fwmark) { text += fmt::format(" fwmark {}", *set.fwmark); }
  if (set.private_key) { text += fmt::format(" private-key {}", kHidden); }
  for (const PeerUpdate& peer : set.peers) { text += peer_words(peer, key_text); }
  return text;
}

std::string words(const NoScatterGather& change) {
  return fmt::format("ethtool -K {} sg off", change.name);
}

std::string words(const SetHosts& set) {
  const std::size_t count = set.block.lines.size();
  return fmt::format("/etc/hosts: {} {} for {}", count, count == 1 ? "line" : "lines",
                     set.block.mesh);
}

std::string words(const RemoveHosts& remove) {
  return fmt::format("/etc/hosts: no lines for {}", remove.mesh);
}

std::string words(const DeleteInterface& remove) { return "ip link del " + remove.name; }

std::string words(const DeleteGroup& remove) {
  return fmt::format("ip link del group {}", remove.group);
}

}  // namespace

std::string describe(const Operation& operation, const KeyText& key_text) {
  return std::visit(Overloaded{
                        [&](const SetWireguard& set) { return words(set, key_text); },
                        [](const auto& each) { return words(each); },
                    },
                    operation);
}

OperationKind kind_of(const Operation& operation) {
  if (is_deletion(operation)) { return OperationKind::kRemove; }
  return std::visit(Overloaded{
                        [](const CreateWireguard&) { return OperationKind::kAdd; },
                        [](const CreateBridge&) { return OperationKind::kAdd; },
                        [](const CreateTunnel&) { return OperationKind::kAdd; },
                        [](const AddAltname&) { return OperationKind::kAdd; },
                        [](const AddAddress&) { return OperationKind::kAdd; },
                        [](const SetWireguard& set) {
                          const bool adds =
                              std::ranges::any_of(set.peers, [](const PeerUpdate& peer) {
                                return !peer.remove && !peer.update_only;
                              });
                          return adds ? OperationKind::kAdd : OperationKind::kChange;
                        },
                        [](const SetHosts& set) {
                          return set.is_new ? OperationKind::kAdd : OperationKind::kChange;
                        },
                        [](const auto&) { return OperationKind::kChange; },
                    },
                    operation);
}

std::string interface_of(const Operation& operation) {
  return std::visit(Overloaded{
                        [](const DeleteGroup&) { return std::string(); },
                        [](const SetHosts&) { return std::string(); },
                        [](const RemoveHosts&) { return std::string(); },
                        [](const auto& each) { return each.name; },
                    },
                    operation);
}

std::optional<PublicKey> peer_of(const Operation& operation) {
  const auto* set = std::get_if<SetWireguard>(&operation);
  if (set == nullptr || set->peers.size() != 1) { return std::nullopt; }
  return set->peers.front().public_key;
}

bool is_deletion(const Operation& operation) {
  return std::visit(Overloaded{
                        [](const DeleteInterface&) { return true; },
                        [](const DeleteGroup&) { return true; },
                        [](const RemoveAddress&) { return true; },
                        [](const RemoveAltname&) { return true; },
                        [](const RemoveHosts&) { return true; },
                        [](const SetWireguard& set) {
                          return !set.private_key && !set.listen_port && !set.fwmark &&
                                 !set.peers.empty() &&
                                 std::ranges::all_of(
                                     set.peers, [](const PeerUpdate& peer) { return peer.remove; });
                        },
                        [](const auto&) { return false; },
                    },
                    operation);
}

}  // namespace wgmesh
