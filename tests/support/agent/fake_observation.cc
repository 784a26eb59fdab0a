#include <linux/if_bridge.h>

#include <map>
#include <utility>

#include "agent/state/hosts_block.h"
#include "agent/text/messages.h"
#include "tests/support/agent/fake_kernel.h"

namespace wgmesh {
namespace {

FakeInterface fake_interface(const Interface& interface, std::string kind) {
  return {.name = interface.name,
          .kind = std::move(kind),
          .group = interface.group,
          .alias = interface.alias,
          .altnames = interface.altnames,
          .mtu = interface.mtu,
          .up = interface.up,
          .master = interface.master};
}

bool is_tunnel(const FakeInterface& interface) {
  return interface.kind == "gretap" || interface.kind == "ip6gretap";
}

InterfaceReport report_of(const FakeInterface& interface) {
  InterfaceReport report;
  report.name = interface.name;
  report.altnames = interface.altnames;
  report.kind = interface.kind;
  report.alias = interface.alias;
  report.group = interface.group;
  report.mtu = interface.mtu;
  report.up = interface.up;
  report.carrier = interface.up;
  report.mac = interface.mac;
  report.ipv6 = true;
  report.generates_link_local = interface.generates_link_local;
  report.accepts_router_advertisements = interface.accepts_router_advertisements;
  if (is_tunnel(interface)) {
    const auto kind = interface.kind == "gretap" ? TunnelKind::kGretap : TunnelKind::kIp6gretap;
    report.tunnel = {kind, interface.local, interface.remote, interface.path_mtu_discovery,
                     interface.ignore_df};
  }
  if (interface.kind == "bridge") {
    report.bridge = BridgeData{.stp = interface.bridge.stp,
                               .priority = interface.bridge.priority,
                               .forward_delay = interface.bridge.forward_delay,
                               .hello_time = interface.bridge.hello_time,
                               .max_age = interface.bridge.max_age,
                               .ageing = interface.bridge.ageing};
  }
  return report;
}

WireguardReport wireguard_report(const Wireguard& device,
                                 const std::map<PublicKey, std::int64_t>& handshakes) {
  WireguardReport report;
  report.private_key = device.private_key;
  if (device.private_key) { report.public_key = public_key_of(*device.private_key); }
  report.listen_port = device.listen_port;
  report.fwmark = device.fwmark;
  for (const auto& [key, peer] : device.peers) {
    const auto handshake = handshakes.find(key);
    report.peers[key] = {.preshared_key = peer.preshared_key,
                         .endpoint = peer.endpoint,
                         .persistent_keepalive = peer.persistent_keepalive,
                         .allowed_ips = peer.allowed_ips,
                         .latest_handshake = handshake == handshakes.end() ? 0 : handshake->second};
  }
  return report;
}

}  // namespace

void FakeKernel::put(const State& state) {
  if (state.wireguard) {
    FakeInterface& interface = put(fake_interface(state.wireguard->interface, "wireguard"));
    interface.wireguard = *state.wireguard;
    interface.addresses = {state.wireguard->addresses.begin(), state.wireguard->addresses.end()};
  }
  if (state.bridge) {
    FakeInterface& interface = put(fake_interface(state.bridge->interface, "bridge"));
    interface.bridge = *state.bridge;
    interface.mac = state.bridge->mac;
    interface.addresses = {state.bridge->addresses.begin(), state.bridge->addresses.end()};
    interface.accepts_router_advertisements = state.bridge->accepts_router_advertisements;
    // The agent sets both in one message.
    interface.mtu_is_set_by_hand = !state.bridge->interface.alias.empty();
  }
  for (const auto& [name, tunnel] : state.tunnels) {
    FakeInterface& interface = put(fake_interface(
        tunnel.interface, tunnel.kind == TunnelKind::kGretap ? "gretap" : "ip6gretap"));
    interface.mac = tunnel.mac;
    interface.local = tunnel.local;
    interface.remote = tunnel.remote;
    interface.path_mtu_discovery = tunnel.path_mtu_discovery;
    interface.ignore_df = tunnel.ignore_df;
    interface.generates_link_local = tunnel.generates_link_local;
    interface.isolated = tunnel.isolated;
    interface.path_cost =
        tunnel.path_cost == 0 && !interface.master.empty() ? 100 : tunnel.path_cost;
  }
  for (const auto& [name, port] : state.foreign_ports) {
    put(FakeInterface{.name = name, .mtu = port.mtu, .up = port.up, .master = port.master});
  }
  if (state.hosts) { hosts_file = with_hosts_block(hosts_file, *state.hosts); }
  if (state.bridge) { follow_ports(find(state.bridge->interface.name)); }
}

KernelReading FakeKernel::read(const std::string& mesh, bool /*with_counters*/) {
  ++reads;
  KernelReading reading;
  reading.limits = limits;
  if (hosts_file) {
    reading.hosts.damage = find_hosts_damage(*hosts_file, mesh);
    if (!reading.hosts.damage) { reading.hosts.block = find_hosts_block(*hosts_file, mesh); }
  }
  if (is_hosts_fixed) { reading.hosts.fixed = say<"hosts-file-fixed">("Read-only file system"); }
  reading.new_interfaces_take_advertisements = new_interfaces_take_advertisements;
  std::map<std::string, int> indexes;
  for (const auto& [name, interface] : interfaces_) {
    const int next = static_cast<int>(indexes.size()) + 1;
    indexes[name] = next;
  }
  const auto index_of = [&](const std::string& name) {
    const auto found = indexes.find(name);
    return found == indexes.end() ? 0 : found->second;
  };
  for (const auto& [name, interface] : interfaces_) {
    InterfaceReport report = report_of(interface);
    report.index = index_of(name);
    report.master = index_of(interface.master);
    report.parent = index_of(interface.parent);
    if (limits.no_ipv6) {
      report.ipv6 = report.generates_link_local = report.accepts_router_advertisements = false;
    }
    if (report.master != 0) {
      report.port = PortData{.state = static_cast<std::uint8_t>(interface.up ? BR_STATE_FORWARDING
                                                                             : BR_STATE_DISABLED),
                             .number = static_cast<std::uint16_t>(report.index),
                             .path_cost = interface.path_cost,
                             .isolated = interface.isolated};
    }
    for (const Prefix& address : interface.addresses) {
      reading.addresses.push_back({report.index, address, true, false});
    }
    if (interface.kind == "wireguard" && is_own(report, mesh)) {
      reading.wireguard = wireguard_report(interface.wireguard, latest_handshakes);
    }
    if (may_be_predecessor(report, mesh)) {
      reading.predecessors[name] = wireguard_report(interface.wireguard, latest_handshakes);
    }
    reading.interfaces.push_back(std::move(report));
  }
  return reading;
}

}  // namespace wgmesh
