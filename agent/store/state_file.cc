#include "agent/store/state_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "agent/text/messages.h"
#include "common/error.h"
#include "common/wiped_text.h"

namespace wgmesh {
namespace {

template <std::size_t size>
std::string octets_text(const std::array<std::uint8_t, size>& octets) {
  return {octets.begin(), octets.end()};
}

void put_secret(const std::optional<Secret>& secret, std::string& octets) {
  if (!secret) { return; }
  const auto revealed = secret->reveal();
  // Not by iterators of another type: std::string would make a copy that nobody wipes.
  octets.assign(reinterpret_cast<const char*>(revealed.data()), revealed.size());
}

void put_prefixes(const std::set<Prefix>& prefixes,
                  google::protobuf::RepeatedPtrField<std::string>& texts) {
  for (const Prefix& prefix : prefixes) { *texts.Add() = to_text(prefix); }
}

// ---- parsing: every value of a damaged file is named by its key ----

template <class Value>
Value require(std::optional<Value> value, const char* key) {
  if (!value) { throw Error(say<"store-state-damaged">(fmt::format("{} is damaged", key))); }
  return *std::move(value);
}

std::uint16_t parse_u16(std::uint32_t value, const char* key) {
  if (value > std::numeric_limits<std::uint16_t>::max()) {
    throw Error(say<"store-state-damaged">(fmt::format("{} {} is out of range", key, value)));
  }
  return static_cast<std::uint16_t>(value);
}

std::optional<Secret> parse_secret(const std::string& octets, const char* key) {
  if (octets.empty()) { return std::nullopt; }
  if (octets.size() != kKeySize) {
    throw Error(say<"store-state-damaged">(fmt::format("{} is damaged", key)));
  }
  const auto* first = reinterpret_cast<const std::uint8_t*>(octets.data());
  return Secret::from_octets(std::span<const std::uint8_t, kKeySize>(first, kKeySize));
}

MacAddress parse_mac_octets(const std::string& octets) {
  MacAddress mac;
  if (octets.size() != mac.octets.size()) {
    throw Error(say<"store-state-damaged">("mac is damaged"));
  }
  std::ranges::copy(octets, mac.octets.begin());
  return mac;
}

std::set<Prefix> parse_prefixes(const google::protobuf::RepeatedPtrField<std::string>& texts,
                                const char* key) {
  std::set<Prefix> prefixes;
  for (const std::string& text : texts) { prefixes.insert(require(parse_prefix(text), key)); }
  return prefixes;
}

// ---- one pair a noun ----

proto::SavedInterface put_interface(const Interface& interface) {
  proto::SavedInterface saved;
  saved.set_name(interface.name);
  saved.set_group(interface.group);
  saved.set_alias(interface.alias);
  for (const std::string& altname : interface.altnames) { saved.add_altnames(altname); }
  saved.set_mtu(interface.mtu);
  saved.set_up(interface.up);
  saved.set_master(interface.master);
  return saved;
}

Interface parse_interface(const proto::SavedInterface& saved) {
  if (saved.name().empty()) { throw Error(say<"store-state-damaged">("a link has no name")); }
  return {.name = saved.name(),
          .group = saved.group(),
          .alias = saved.alias(),
          .altnames = {saved.altnames().begin(), saved.altnames().end()},
          .mtu = saved.mtu(),
          .up = saved.up(),
          .master = saved.master()};
}

proto::SavedPeer put_peer(const PublicKey& key, const WireguardPeer& peer) {
  proto::SavedPeer saved;
  saved.set_public_key(octets_text(key.octets));
  put_secret(peer.preshared_key, *saved.mutable_preshared_key());
  if (peer.endpoint) { saved.set_endpoint(to_text(*peer.endpoint)); }
  saved.set_persistent_keepalive(peer.persistent_keepalive);
  put_prefixes(peer.allowed_ips, *saved.mutable_allowed_ips());
  return saved;
}

WireguardPeer parse_peer(const proto::SavedPeer& saved) {
  WireguardPeer peer{
      .preshared_key = parse_secret(saved.preshared_key(), "preshared_key"),
      .persistent_keepalive = parse_u16(saved.persistent_keepalive(), "persistent_keepalive"),
      .allowed_ips = parse_prefixes(saved.allowed_ips(), "allowed_ips")};
  if (!saved.endpoint().empty()) {
    peer.endpoint = require(parse_socket_address(saved.endpoint()), "endpoint");
  }
  return peer;
}

proto::SavedWireguard put_wireguard(const Wireguard& device) {
  proto::SavedWireguard saved;
  *saved.mutable_interface() = put_interface(device.interface);
  put_secret(device.private_key, *saved.mutable_private_key());
  saved.set_listen_port(device.listen_port);
  saved.set_fwmark(device.fwmark);
  put_prefixes(device.addresses, *saved.mutable_addresses());
  for (const auto& [key, peer] : device.peers) { *saved.add_peers() = put_peer(key, peer); }
  return saved;
}

Wireguard parse_wireguard(const proto::SavedWireguard& saved) {
  Wireguard device{.interface = parse_interface(saved.interface()),
                   .private_key = parse_secret(saved.private_key(), "private_key"),
                   .listen_port = parse_u16(saved.listen_port(), "listen_port"),
                   .fwmark = saved.fwmark(),
                   .addresses = parse_prefixes(saved.addresses(), "addresses")};
  for (const proto::SavedPeer& peer : saved.peers()) {
    device.peers[require(public_key_from(peer.public_key()), "public_key")] = parse_peer(peer);
  }
  return device;
}

proto::SavedBridge put_bridge(const Bridge& bridge) {
  proto::SavedBridge saved;
  *saved.mutable_interface() = put_interface(bridge.interface);
  saved.mutable_interface()->set_mac(octets_text(bridge.mac.octets));
  saved.set_stp(bridge.stp);
  saved.set_priority(bridge.priority);
  saved.set_forward_delay(bridge.forward_delay);
  saved.set_hello_time(bridge.hello_time);
  saved.set_max_age(bridge.max_age);
  saved.set_ageing(bridge.ageing);
  put_prefixes(bridge.addresses, *saved.mutable_addresses());
  saved.set_accepts_router_advertisements(bridge.accepts_router_advertisements);
  return saved;
}

Bridge parse_bridge(const proto::SavedBridge& saved) {
  return {.interface = parse_interface(saved.interface()),
          .mac = parse_mac_octets(saved.interface().mac()),
          .stp = saved.stp(),
          .priority = parse_u16(saved.priority(), "priority"),
          .forward_delay = saved.forward_delay(),
          .hello_time = saved.hello_time(),
          .max_age = saved.max_age(),
          .ageing = saved.ageing(),
          .addresses = parse_prefixes(saved.addresses(), "addresses"),
          .accepts_router_advertisements = saved.accepts_router_advertisements()};
}

proto::SavedTunnel put_tunnel(const Tunnel& tunnel) {
  proto::SavedTunnel saved;
  *saved.mutable_interface() = put_interface(tunnel.interface);
  saved.mutable_interface()->set_mac(octets_text(tunnel.mac.octets));
  saved.set_kind(tunnel.kind == TunnelKind::kGretap ? 1 : 2);
  saved.set_local(to_text(tunnel.local));
  saved.set_remote(to_text(tunnel.remote));
  saved.set_path_mtu_discovery(tunnel.path_mtu_discovery);
  saved.set_ignore_df(tunnel.ignore_df);
  saved.set_generates_link_local(tunnel.generates_link_local);
  saved.set_path_cost(tunnel.path_cost);
  saved.set_isolated(tunnel.isolated);
  return saved;
}

Tunnel parse_tunnel(const proto::SavedTunnel& saved) {
  if (saved.kind() != 1 && saved.kind() != 2) {
    throw Error(say<"store-state-damaged">("kind is damaged"));
  }
  return {.interface = parse_interface(saved.interface()),
          .mac = parse_mac_octets(saved.interface().mac()),
          .kind = saved.kind() == 1 ? TunnelKind::kGretap : TunnelKind::kIp6gretap,
          .local = require(parse_ip(saved.local()), "local"),
          .remote = require(parse_ip(saved.remote()), "remote"),
          .path_mtu_discovery = saved.path_mtu_discovery(),
          .ignore_df = saved.ignore_df(),
          .generates_link_local = saved.generates_link_local(),
          .path_cost = saved.path_cost(),
          .isolated = saved.isolated()};
}

}  // namespace

proto::SavedState save(const State& state) {
  proto::SavedState saved;
  if (state.wireguard) { *saved.mutable_wireguard() = put_wireguard(*state.wireguard); }
  if (state.bridge) { *saved.mutable_bridge() = put_bridge(*state.bridge); }
  for (const auto& [name, tunnel] : state.tunnels) { *saved.add_tunnels() = put_tunnel(tunnel); }
  for (const auto& [name, port] : state.foreign_ports) {
    proto::SavedForeignPort& saved_port = *saved.add_foreign_ports();
    saved_port.set_name(name);
    saved_port.set_master(port.master);
    saved_port.set_mtu(port.mtu);
    saved_port.set_up(port.up);
    for (const auto& [above, mtu] : port.above) {
      proto::SavedAbove& saved_above = *saved_port.add_above();
      saved_above.set_name(above);
      saved_above.set_mtu(mtu);
    }
  }
  if (state.hosts) {
    saved.mutable_hosts()->set_mesh(state.hosts->mesh);
    for (const std::string& line : state.hosts->lines) { saved.mutable_hosts()->add_lines(line); }
  }
  for (const auto& [name, device] : state.predecessors) {
    proto::SavedPredecessor& saved_device = *saved.add_predecessors();
    saved_device.set_name(name);
    put_secret(device.private_key, *saved_device.mutable_private_key());
    saved_device.set_listen_port(device.listen_port);
  }
  return saved;
}

void wipe_secrets(proto::SavedState& saved) {
  for (auto& device : *saved.mutable_predecessors()) { wipe(*device.mutable_private_key()); }
  if (!saved.has_wireguard()) { return; }
  wipe(*saved.mutable_wireguard()->mutable_private_key());
  for (auto& peer : *saved.mutable_wireguard()->mutable_peers()) {
    wipe(*peer.mutable_preshared_key());
  }
}

State load(const proto::SavedState& saved) {
  State state;
  if (saved.has_wireguard()) { state.wireguard = parse_wireguard(saved.wireguard()); }
  if (saved.has_bridge()) { state.bridge = parse_bridge(saved.bridge()); }
  for (const proto::SavedTunnel& tunnel : saved.tunnels()) {
    state.tunnels[tunnel.interface().name()] = parse_tunnel(tunnel);
  }
  for (const proto::SavedForeignPort& port : saved.foreign_ports()) {
    ForeignPort& loaded = state.foreign_ports[port.name()];
    loaded = {port.master(), port.mtu(), port.up(), {}};
    for (const proto::SavedAbove& above : port.above()) {
      loaded.above.emplace_back(above.name(), above.mtu());
    }
  }
  if (saved.has_hosts()) {
    const auto& lines = saved.hosts().lines();
    state.hosts = HostsBlock{saved.hosts().mesh(), {lines.begin(), lines.end()}};
  }
  for (const proto::SavedPredecessor& device : saved.predecessors()) {
    state.predecessors[device.name()] = {parse_secret(device.private_key(), "private_key"),
                                         parse_u16(device.listen_port(), "listen_port")};
  }
  return state;
}

}  // namespace wgmesh
