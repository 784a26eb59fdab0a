#include <algorithm>
#include <utility>

#include "common/naming.h"
#include "tests/support/agent/fake_kernel.h"

namespace wgmesh {
namespace {

Link link_part(const FakeLink& link) {
  return {.name = link.name,
          .group = link.group,
          .alias = link.alias,
          .altnames = link.altnames,
          .mtu = link.mtu,
          .up = link.up,
          .master = link.master};
}

FakeLink fake_link(const Link& link, std::string kind) {
  return {.name = link.name,
          .kind = std::move(kind),
          .group = link.group,
          .alias = link.alias,
          .altnames = link.altnames,
          .mtu = link.mtu,
          .up = link.up,
          .master = link.master};
}

std::set<Prefix> as_set(const std::vector<Prefix>& addresses) {
  return {addresses.begin(), addresses.end()};
}

Wireguard wireguard_of(const FakeLink& link) {
  Wireguard device = link.wireguard;
  device.link = link_part(link);
  device.addresses = as_set(link.addresses);
  return device;
}

Bridge bridge_of(const FakeLink& link) {
  Bridge bridge = link.bridge;
  bridge.link = link_part(link);
  bridge.mac = link.mac;
  bridge.addresses = as_set(link.addresses);
  bridge.accepts_router_advertisements = link.accepts_router_advertisements;
  return bridge;
}

Tunnel tunnel_of(const FakeLink& link) {
  return {.link = link_part(link),
          .mac = link.mac,
          .kind = link.kind == "gretap" ? TunnelKind::kGretap : TunnelKind::kIp6gretap,
          .local = link.local,
          .remote = link.remote,
          .path_mtu_discovery = link.path_mtu_discovery,
          .ignore_df = link.ignore_df,
          .generates_link_local = link.generates_link_local,
          .path_cost = link.path_cost,
          .isolated = link.isolated};
}

bool is_ours(const FakeLink& link, const std::string& mesh) {
  std::string alias = link_alias(mesh);
  if (link.group != link_group(mesh) && link.alias != alias && !link.alias.starts_with(alias + ":"))
    return false;
  if (link.kind == "wireguard") return link.name == wireguard_name(mesh);
  if (link.kind == "bridge") return link.name == bridge_name(mesh);
  return (link.kind == "gretap" || link.kind == "ip6gretap") && link.name.starts_with("gt-");
}

std::string octets_text(const auto& octets) { return {octets.begin(), octets.end()}; }

void add_peers(const Wireguard& device, const std::map<PublicKey, std::int64_t>& handshakes,
               proto::DeviceStatus& status) {
  for (const auto& [key, peer] : device.peers) {
    proto::PeerStatus& measured = *status.add_peers();
    measured.set_public_key(octets_text(key.octets));
    measured.set_has_preshared_key(peer.preshared_key.has_value());
    if (peer.endpoint) measured.set_endpoint(to_text(*peer.endpoint));
    for (const Prefix& prefix : peer.allowed_ips) measured.add_allowed_ips(to_text(prefix));
    measured.set_persistent_keepalive(peer.persistent_keepalive);
    if (auto found = handshakes.find(key); found != handshakes.end())
      measured.set_latest_handshake(found->second);
  }
}

}  // namespace

void FakeKernel::put(const State& state) {
  if (state.wireguard) {
    FakeLink& link = put(fake_link(state.wireguard->link, "wireguard"));
    link.wireguard = *state.wireguard;
    link.addresses = {state.wireguard->addresses.begin(), state.wireguard->addresses.end()};
  }
  if (state.bridge) {
    FakeLink& link = put(fake_link(state.bridge->link, "bridge"));
    link.bridge = *state.bridge;
    link.mac = state.bridge->mac;
    link.addresses = {state.bridge->addresses.begin(), state.bridge->addresses.end()};
    link.accepts_router_advertisements = state.bridge->accepts_router_advertisements;
    // The agent sets both in one message.
    link.mtu_is_set_by_hand = !state.bridge->link.alias.empty();
  }
  for (const auto& [name, tunnel] : state.tunnels) {
    FakeLink& link =
        put(fake_link(tunnel.link, tunnel.kind == TunnelKind::kGretap ? "gretap" : "ip6gretap"));
    link.mac = tunnel.mac;
    link.local = tunnel.local;
    link.remote = tunnel.remote;
    link.path_mtu_discovery = tunnel.path_mtu_discovery;
    link.ignore_df = tunnel.ignore_df;
    link.generates_link_local = tunnel.generates_link_local;
    link.isolated = tunnel.isolated;
    link.path_cost = tunnel.path_cost == 0 && !link.master.empty() ? 100 : tunnel.path_cost;
  }
  for (const auto& [name, port] : state.foreign_ports)
    put(FakeLink{.name = name, .mtu = port.mtu, .up = port.up, .master = port.master});
  if (state.bridge) follow_ports(find(state.bridge->link.name));
}

std::vector<std::pair<std::string, std::uint32_t>> FakeKernel::links_above(
    const std::string& name) const {
  std::vector<std::pair<std::string, std::uint32_t>> above;
  for (const auto& [other, link] : links_) {
    if (link.parent != name) continue;
    above.emplace_back(other, link.mtu);
    for (const auto& upper : links_above(other)) above.push_back(upper);
  }
  return above;
}

Observation FakeKernel::observe(const Scope& scope) {
  Observation observation;
  observation.missing_ports = scope.foreign_ports;
  observation.state.limits = limits;
  for (const auto& [name, link] : links_) {
    if (is_ours(link, scope.mesh)) {
      if (link.kind == "wireguard")
        observation.state.wireguard = wireguard_of(link);
      else if (link.kind == "bridge")
        observation.state.bridge = bridge_of(link);
      else
        observation.state.tunnels[name] = tunnel_of(link);
      continue;
    }
    std::set<std::string> names = link.altnames;
    names.insert(name);
    for (const std::string& each : names)
      if (scope.wanted_names.contains(each))
        observation.taken.push_back({.name = each, .kind = link.kind, .alias = link.alias});
    if (scope.foreign_ports.contains(name)) {
      observation.missing_ports.erase(name);
      observation.state.foreign_ports[name] = {link.master, link.mtu, link.up, links_above(name)};
    } else if (link.master == bridge_name(scope.mesh)) {
      observation.strangers.insert(name);
    }
  }
  if (limits.no_ipv6) {
    if (auto& bridge = observation.state.bridge) bridge->accepts_router_advertisements = false;
    for (auto& [name, tunnel] : observation.state.tunnels) tunnel.generates_link_local = false;
  }
  const auto& bridge = observation.state.bridge;
  observation.takes_advertisements =
      limits.fixed_settings && !limits.no_ipv6 &&
      (bridge ? bridge->accepts_router_advertisements : new_links_take_advertisements);
  return observation;
}

proto::Status FakeKernel::measure(const std::string& mesh) {
  State state = observe({.mesh = mesh}).state;
  proto::Status status;
  status.set_mesh(mesh);
  status.set_is_up(state.wireguard && state.wireguard->link.up && state.bridge &&
                   state.bridge->link.up);
  if (state.wireguard) {
    proto::DeviceStatus& device = *status.mutable_device();
    device.set_name(state.wireguard->link.name);
    if (state.wireguard->private_key)
      device.set_public_key(octets_text(public_key_of(*state.wireguard->private_key).octets));
    device.set_listen_port(state.wireguard->listen_port);
    device.set_fwmark(state.wireguard->fwmark);
    device.set_mtu(state.wireguard->link.mtu);
    for (const Prefix& address : state.wireguard->addresses) device.add_addresses(to_text(address));
    add_peers(*state.wireguard, latest_handshakes, device);
  }
  if (state.bridge) {
    proto::BridgeStatus& bridge = *status.mutable_bridge();
    bridge.set_name(state.bridge->link.name);
    bridge.set_stp(state.bridge->stp);
    bridge.set_priority(state.bridge->priority);
    bridge.set_mtu(state.bridge->link.mtu);
    bridge.set_mac(octets_text(state.bridge->mac.octets));
    for (const Prefix& address : state.bridge->addresses) bridge.add_addresses(to_text(address));
  }
  for (const auto& [name, tunnel] : state.tunnels) {
    if (tunnel.link.master.empty()) continue;
    proto::PortStatus& port = *status.add_ports();
    port.set_name(name);
    std::string mark = link_alias(mesh) + ":";
    if (tunnel.link.alias.starts_with(mark)) port.set_peer(tunnel.link.alias.substr(mark.size()));
    port.set_number(static_cast<std::uint32_t>(status.ports_size()));
    port.set_state(tunnel.link.up ? "forwarding" : "disabled");
    port.set_path_cost(tunnel.path_cost);
    port.set_mtu(tunnel.link.mtu);
    port.set_carrier(tunnel.link.up);
  }
  return status;
}

}  // namespace wgmesh
