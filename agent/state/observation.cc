#include "agent/state/observation.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "common/naming.h"

namespace wgmesh {
namespace {

// The addresses that a plan decides. Link-local ones are the kernel's own, and what a router
// or a DHCP client lends goes away by itself.
std::set<Prefix> fixed_addresses(const KernelReading& reading, int interface) {
  std::set<Prefix> addresses;
  for (const AddressReport& address : reading.addresses) {
    if (address.interface == interface && address.permanent && !address.link_local) {
      addresses.insert(address.address);
    }
  }
  return addresses;
}

Interface common_part(const InterfaceReport& report, const std::map<int, std::string>& names) {
  const auto master = names.find(report.master);
  return {.name = report.name,
          .group = report.group,
          .alias = report.alias,
          .altnames = report.altnames,
          .mtu = report.mtu,
          .up = report.up,
          .master = master == names.end() ? std::string() : master->second};
}

Wireguard wireguard_from(const InterfaceReport& report, Interface interface,
                         const KernelReading& node) {
  Wireguard device;
  device.interface = std::move(interface);
  device.addresses = fixed_addresses(node, report.index);
  if (!node.wireguard) { return device; }
  device.private_key = node.wireguard->private_key;
  device.listen_port = node.wireguard->listen_port;
  device.fwmark = node.wireguard->fwmark;
  for (const auto& [key, peer] : node.wireguard->peers) {
    device.peers[key] = {.preshared_key = peer.preshared_key,
                         .endpoint = peer.endpoint,
                         .persistent_keepalive = peer.persistent_keepalive,
                         .allowed_ips = peer.allowed_ips};
  }
  return device;
}

Bridge bridge_from(const InterfaceReport& report, Interface interface, const KernelReading& node) {
  const BridgeData data = report.bridge.value_or(BridgeData{});
  const bool is_root = data.root_port == 0;
  return {.interface = std::move(interface),
          .mac = report.mac,
          .stp = data.stp,
          .priority = data.priority,
          .forward_delay = is_root ? data.forward_delay : kTimeUnknown,
          .hello_time = is_root ? data.hello_time : kTimeUnknown,
          .max_age = is_root ? data.max_age : kTimeUnknown,
          .ageing = data.topology_changes ? kTimeUnknown : data.ageing,
          .addresses = fixed_addresses(node, report.index),
          .accepts_router_advertisements = report.accepts_router_advertisements};
}

Tunnel tunnel_from(const InterfaceReport& report, Interface interface) {
  const TunnelData data = report.tunnel.value_or(TunnelData{});
  const PortData port = report.port.value_or(PortData{});
  return {.interface = std::move(interface),
          .mac = report.mac,
          .kind = data.kind,
          .local = data.local,
          .remote = data.remote,
          .path_mtu_discovery = data.path_mtu_discovery,
          .ignore_df = data.ignore_df,
          .generates_link_local = report.generates_link_local,
          .path_cost = port.path_cost,
          .isolated = port.isolated};
}

// Kinds of interfaces whose MTU follows that of the interface they stand on, downwards only.
bool follows_parent(const InterfaceReport& interface) {
  return interface.kind == "vlan" || interface.kind == "macvlan" || interface.kind == "macvtap" ||
         interface.kind == "ipvlan" || interface.kind == "ipvtap" || interface.kind == "macsec";
}

// What stands on the interface, the lower first.
std::vector<std::pair<std::string, std::uint32_t>> interfaces_above(const KernelReading& reading,
                                                                    int index) {
  std::vector<std::pair<std::string, std::uint32_t>> above;
  std::vector<int> parents{index};
  for (std::size_t i = 0; i < parents.size(); ++i) {
    for (const InterfaceReport& interface : reading.interfaces) {
      const bool is_new = std::ranges::find(parents, interface.index) == parents.end();
      if (interface.parent != parents[i] || !follows_parent(interface) || !is_new) { continue; }
      above.emplace_back(interface.name, interface.mtu);
      parents.push_back(interface.index);
    }
  }
  return above;
}

// What the tool before this one has made: a tunnel, or a bridge of the mesh's own name.
bool is_adopted(const InterfaceReport& interface, const Scope& scope) {
  if (!scope.adopted.contains(interface.name)) { return false; }
  return interface.tunnel ||
         (interface.kind == "bridge" && interface.name == bridge_name(scope.mesh));
}

// A device is looked at only as far as it must make room.
bool is_adopted_device(const InterfaceReport& interface, const Scope& scope) {
  return scope.adopted.contains(interface.name) && may_be_predecessor(interface, scope.mesh);
}

PredecessorDevice predecessor_from(const std::string& name, const KernelReading& reading) {
  const auto found = reading.predecessors.find(name);
  if (found == reading.predecessors.end()) { return {}; }
  // Without a key the kernel chooses the port.
  if (!found->second.private_key) { return {}; }
  return {found->second.private_key, found->second.listen_port};
}

void note_taken_names(const InterfaceReport& interface, const Scope& scope,
                      Observation& observation) {
  std::set<std::string> names = interface.altnames;
  names.insert(interface.name);
  for (const std::string& name : names) {
    if (scope.wanted_names.contains(name)) {
      observation.taken.push_back({.name = name, .kind = interface.kind, .alias = interface.alias});
    }
  }
}

}  // namespace

Observation observation_of(const KernelReading& report, const Scope& scope) {
  std::map<int, std::string> names;
  for (const InterfaceReport& interface : report.interfaces) {
    names[interface.index] = interface.name;
  }

  Observation observation;
  observation.missing_ports = scope.foreign_ports;
  observation.state.limits = report.limits;
  observation.state.hosts = report.hosts.block;
  observation.hosts_damage = report.hosts.damage;
  observation.hosts_fixed = report.hosts.fixed;
  for (const InterfaceReport& report_of_interface : report.interfaces) {
    Interface interface = common_part(report_of_interface, names);
    const std::string name = interface.name;
    if (is_adopted_device(report_of_interface, scope)) {
      observation.state.predecessors[name] = predecessor_from(name, report);
    } else if (!is_own(report_of_interface, scope.mesh) &&
               !is_adopted(report_of_interface, scope)) {
      note_taken_names(report_of_interface, scope, observation);
      if (interface.master == bridge_name(scope.mesh) && !scope.foreign_ports.contains(name)) {
        observation.strangers.insert(name);
      }
      if (scope.foreign_ports.contains(name)) {
        observation.missing_ports.erase(name);
        observation.state.foreign_ports[name] = {
            interface.master, interface.mtu, interface.up,
            interfaces_above(report, report_of_interface.index)};
      }
    } else if (report_of_interface.kind == "wireguard") {
      observation.state.wireguard =
          wireguard_from(report_of_interface, std::move(interface), report);
    } else if (report_of_interface.kind == "bridge") {
      observation.state.bridge = bridge_from(report_of_interface, std::move(interface), report);
    } else {
      observation.state.tunnels[name] = tunnel_from(report_of_interface, std::move(interface));
    }
  }
  const auto& bridge = observation.state.bridge;
  observation.takes_advertisements =
      report.limits.fixed_settings && !report.limits.no_ipv6 &&
      (bridge ? bridge->accepts_router_advertisements : report.new_interfaces_take_advertisements);
  return observation;
}

}  // namespace wgmesh
