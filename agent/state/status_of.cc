#include "agent/state/status_of.h"

#include <algorithm>
#include <string>

#include "common/naming.h"

namespace wgmesh {
namespace {

std::string as_bytes(const auto& octets) { return std::string(octets.begin(), octets.end()); }

void add_addresses(const KernelReading& reading, int link, auto* addresses) {
  for (const AddressReport& address : reading.addresses) {
    if (address.link == link && !address.link_local) addresses->Add(to_text(address.address));
  }
}

void measure_device(const LinkReport& link, const KernelReading& reading,
                    proto::DeviceStatus& device) {
  device.set_name(link.name);
  device.set_mtu(link.mtu);
  add_addresses(reading, link.index, device.mutable_addresses());
  if (!reading.wireguard) return;
  if (reading.wireguard->public_key) {
    device.set_public_key(as_bytes(reading.wireguard->public_key->octets));
  }
  device.set_listen_port(reading.wireguard->listen_port);
  device.set_fwmark(reading.wireguard->fwmark);
  for (const auto& [key, peer] : reading.wireguard->peers) {
    proto::PeerStatus& status = *device.add_peers();
    status.set_public_key(as_bytes(key.octets));
    status.set_has_preshared_key(peer.preshared_key.has_value());
    if (peer.endpoint) status.set_endpoint(to_text(*peer.endpoint));
    for (const Prefix& prefix : peer.allowed_ips) status.add_allowed_ips(to_text(prefix));
    status.set_latest_handshake(peer.latest_handshake);
    status.set_transfer_rx(peer.rx_bytes);
    status.set_transfer_tx(peer.tx_bytes);
    status.set_persistent_keepalive(peer.persistent_keepalive);
  }
}

void measure_bridge(const LinkReport& link, const KernelReading& reading,
                    proto::BridgeStatus& bridge) {
  const BridgeData data = link.bridge.value_or(BridgeData{});
  bridge.set_name(link.name);
  bridge.set_bridge_id(data.bridge_id);
  bridge.set_root_id(data.root_id);
  bridge.set_root_path_cost(data.root_path_cost);
  bridge.set_root_port(data.root_port);
  bridge.set_stp(data.stp);
  bridge.set_priority(data.priority);
  bridge.set_mtu(link.mtu);
  bridge.set_mac(as_bytes(link.mac.octets));
  bridge.set_rx_bytes(link.rx_bytes);
  bridge.set_tx_bytes(link.tx_bytes);
  add_addresses(reading, link.index, bridge.mutable_addresses());
}

void measure_port(const LinkReport& link, const std::string& mesh, proto::PortStatus& port) {
  const std::string mark = link_alias(mesh) + ":";
  port.set_name(link.name);
  if (link.alias.starts_with(mark)) port.set_peer(link.alias.substr(mark.size()));
  port.set_number(link.port->number);
  port.set_state(std::string(port_state_name(link.port->state)));
  port.set_path_cost(link.port->path_cost);
  port.set_mtu(link.mtu);
  port.set_carrier(link.carrier);
  port.set_designated_bridge(link.port->designated_bridge);
}

}  // namespace

proto::Status status_of(const KernelReading& reading, const std::string& mesh) {
  proto::Status status;
  status.set_mesh(mesh);
  bool device_up = false;
  const LinkReport* bridge = nullptr;
  for (const LinkReport& link : reading.links) {
    if (!is_own(link, mesh)) continue;
    if (link.kind == "wireguard") {
      device_up = link.up;
      measure_device(link, reading, *status.mutable_device());
    } else if (link.kind == "bridge") {
      bridge = &link;
      measure_bridge(link, reading, *status.mutable_bridge());
    }
  }
  status.set_is_up(device_up && bridge != nullptr && bridge->up);
  if (bridge == nullptr) return status;
  for (const LinkReport& link : reading.links) {
    // Foreign ports too: whatever is in the bridge takes part in the segment.
    if (link.port && link.master == bridge->index) measure_port(link, mesh, *status.add_ports());
  }
  std::ranges::sort(*status.mutable_ports(), {}, &proto::PortStatus::number);
  return status;
}

}  // namespace wgmesh
