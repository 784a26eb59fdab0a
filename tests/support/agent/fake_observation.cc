#include <linux/if_bridge.h>

#include <map>
#include <utility>

#include "tests/support/agent/fake_kernel.h"

namespace wgmesh {
namespace {

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

bool is_tunnel(const FakeLink& link) { return link.kind == "gretap" || link.kind == "ip6gretap"; }

LinkReport report_of(const FakeLink& link) {
  LinkReport report;
  report.name = link.name;
  report.altnames = link.altnames;
  report.kind = link.kind;
  report.alias = link.alias;
  report.group = link.group;
  report.mtu = link.mtu;
  report.up = link.up;
  report.carrier = link.up;
  report.mac = link.mac;
  report.ipv6 = true;
  report.generates_link_local = link.generates_link_local;
  report.accepts_router_advertisements = link.accepts_router_advertisements;
  if (is_tunnel(link)) {
    const auto kind = link.kind == "gretap" ? TunnelKind::kGretap : TunnelKind::kIp6gretap;
    report.tunnel = {kind, link.local, link.remote, link.path_mtu_discovery, link.ignore_df};
  }
  if (link.kind == "bridge") {
    report.bridge = BridgeData{.stp = link.bridge.stp,
                               .priority = link.bridge.priority,
                               .forward_delay = link.bridge.forward_delay,
                               .hello_time = link.bridge.hello_time,
                               .max_age = link.bridge.max_age,
                               .ageing = link.bridge.ageing};
  }
  return report;
}

WireguardReport wireguard_report(const Wireguard& device,
                                 const std::map<PublicKey, std::int64_t>& handshakes) {
  WireguardReport report;
  report.private_key = device.private_key;
  if (device.private_key) report.public_key = public_key_of(*device.private_key);
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

KernelReading FakeKernel::read(const std::string& mesh, bool /*with_counters*/) {
  KernelReading reading;
  reading.limits = limits;
  reading.new_links_take_advertisements = new_links_take_advertisements;
  std::map<std::string, int> indexes;
  for (const auto& [name, link] : links_) {
    const int next = static_cast<int>(indexes.size()) + 1;
    indexes[name] = next;
  }
  const auto index_of = [&](const std::string& name) {
    const auto found = indexes.find(name);
    return found == indexes.end() ? 0 : found->second;
  };
  for (const auto& [name, link] : links_) {
    LinkReport report = report_of(link);
    report.index = index_of(name);
    report.master = index_of(link.master);
    report.parent = index_of(link.parent);
    if (limits.no_ipv6) {
      report.ipv6 = report.generates_link_local = report.accepts_router_advertisements = false;
    }
    if (report.master != 0) {
      report.port = PortData{
          .state = static_cast<std::uint8_t>(link.up ? BR_STATE_FORWARDING : BR_STATE_DISABLED),
          .number = static_cast<std::uint16_t>(report.index),
          .path_cost = link.path_cost,
          .isolated = link.isolated};
    }
    for (const Prefix& address : link.addresses) {
      reading.addresses.push_back({report.index, address, true, false});
    }
    if (link.kind == "wireguard" && is_own(report, mesh)) {
      reading.wireguard = wireguard_report(link.wireguard, latest_handshakes);
    }
    reading.links.push_back(std::move(report));
  }
  return reading;
}

}  // namespace wgmesh
