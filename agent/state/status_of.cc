#include "agent/state/status_of.h"

#include <algorithm>
#include <string>

#include "common/naming.h"

namespace wgmesh {
namespace {

std::string as_bytes(const auto& octets) { return std::string(octets.begin(), octets.end()); }

void add_addresses(const KernelReading& reading, int interface, auto* addresses) {
  for (const AddressReport& address : reading.addresses) {
    if (address.interface == interface && !address.link_local) {
      addresses->Add(to_text(address.address));
    }
  }
}

void measure_device(const InterfaceReport& interface, const KernelReading& reading,
                    proto::DeviceStatus& device) {
  device.set_name(interface.name);
  device.set_mtu(interface.mtu);
  add_addresses(reading, interface.index, device.mutable_addresses());
  if (!reading.wireguard) { return; }
  if (reading.wireguard->public_key) {
    device.set_public_key(as_bytes(reading.wireguard->public_key->octets));
  }
  device.set_listen_port(reading.wireguard->listen_port);
  device.set_fwmark(reading.wireguard->fwmark);
  for (const auto& [key, peer] : reading.wireguard->peers) {
    proto::PeerStatus& status = *device.add_peers();
    status.set_public_key(as_bytes(key.octets));
    status.set_has_preshared_key(peer.preshared_key.has_value());
    if (peer.endpoint) { status.set_endpoint(to_text(*peer.endpoint)); }
    for (const Prefix& prefix : peer.allowed_ips) { status.add_allowed_ips(to_text(prefix)); }
    status.set_latest_handshake(peer.latest_handshake);
    status.set_transfer_rx(peer.rx_bytes);
    status.set_transfer_tx(peer.tx_bytes);
    status.set_persistent_keepalive(peer.persistent_keepalive);
  }
}

void measure_bridge(const InterfaceReport& interface, const KernelReading& reading,
                    proto::BridgeStatus& bridge) {
  const BridgeData data = interface.bridge.value_or(BridgeData{});
  bridge.set_name(interface.name);
  bridge.set_bridge_id(data.bridge_id);
  bridge.set_root_id(data.root_id);
  bridge.set_root_path_cost(data.root_path_cost);
  bridge.set_root_port(data.root_port);
  bridge.set_stp(data.stp);
  bridge.set_priority(data.priority);
  bridge.set_mtu(interface.mtu);
  bridge.set_mac(as_bytes(interface.mac.octets));
  bridge.set_rx_bytes(interface.rx_bytes);
  bridge.set_tx_bytes(interface.tx_bytes);
  add_addresses(reading, interface.index, bridge.mutable_addresses());
}

void measure_port(const InterfaceReport& interface, const std::string& mesh,
                  proto::PortStatus& port) {
  const std::string mark = interface_alias(mesh) + ":";
  port.set_name(interface.name);
  if (interface.alias.starts_with(mark)) { port.set_peer(interface.alias.substr(mark.size())); }
  port.set_number(interface.port->number);
  port.set_state(std::string(port_state_name(interface.port->state)));
  port.set_path_cost(interface.port->path_cost);
  port.set_mtu(interface.mtu);
  port.set_carrier(interface.carrier);
  port.set_designated_bridge(interface.port->designated_bridge);
}

}  // namespace

proto::Status status_of(const KernelReading& reading, const std::string& mesh) {
  proto::Status status;
  status.set_mesh(mesh);
  bool device_up = false;
  const InterfaceReport* bridge = nullptr;
  for (const InterfaceReport& interface : reading.interfaces) {
    if (!is_own(interface, mesh)) { continue; }
    if (interface.kind == "wireguard") {
      device_up = interface.up;
      measure_device(interface, reading, *status.mutable_device());
    } else if (interface.kind == "bridge") {
      bridge = &interface;
      measure_bridge(interface, reading, *status.mutable_bridge());
    }
  }
  status.set_is_up(device_up && bridge != nullptr && bridge->up);
  if (bridge == nullptr) { return status; }
  for (const InterfaceReport& interface : reading.interfaces) {
    // Foreign ports too: whatever is in the bridge takes part in the segment.
    if (interface.port && interface.master == bridge->index) {
      measure_port(interface, mesh, *status.add_ports());
    }
  }
  std::ranges::sort(*status.mutable_ports(), {}, &proto::PortStatus::number);
  return status;
}

}  // namespace wgmesh
