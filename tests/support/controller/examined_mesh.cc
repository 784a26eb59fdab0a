#include "tests/support/controller/examined_mesh.h"

#include <fmt/format.h>

#include <stdexcept>

#include "common/naming.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;

std::string bridge_id_in_m(const std::string& node) {
  std::string id = "1000.";
  for (const std::uint8_t octet : bridge_mac("m", node).octets) {
    id += fmt::format("{:02x}", octet);
  }
  return id;
}

}  // namespace

ExaminedMesh::ExaminedMesh() {
  mesh_.name = "m";
  mesh_.network = *parse_prefix("10.0.0.0/24");
  mesh_.underlay = *parse_prefix("fd01::/64");
  for (const char* name : {"a", "b", "c"}) {
    Node& node = mesh_.nodes.emplace_back();
    node.name = name;
    node.endpoint = HostPort{name, 51820};
    node.addresses = {*parse_prefix(fmt::format("10.0.0.{}/24", mesh_.nodes.size()))};
    node.priority = static_cast<std::uint16_t>(4096 * mesh_.nodes.size());
  }
  for (const Node& node : mesh_.nodes) {
    Examined& examined = seen_.nodes[node.name];
    examined.status = status_of(node);
    examined.hello.emplace();
    examined.afterwards = examined.status;
    for (auto& peer : *examined.afterwards->mutable_device()->mutable_peers()) {
      peer.set_transfer_rx(peer.transfer_rx() + 500);
    }
    for (const Node& other : mesh_.nodes) {
      if (other.name == node.name) { continue; }
      seen_.measured[node.name][other.name] = {PathMeasurement{2ms, true, {}},
                                               PathMeasurement{3ms, true, {}}};
    }
  }
}

proto::Status ExaminedMesh::status_of(const Node& node) const {
  proto::Status status;
  status.set_is_up(true);
  status.set_stored(true);
  status.set_time(kNow);
  proto::DeviceStatus& device = *status.mutable_device();
  device.set_public_key("key of " + node.name);
  device.set_listen_port(51820);
  device.set_mtu(1420);
  proto::BridgeStatus& bridge = *status.mutable_bridge();
  bridge.set_stp(true);
  bridge.set_root_id(bridge_id_in_m("a"));
  bridge.set_root_port(node.name == "a" ? 0 : 1);
  bridge.set_mtu(1362);
  for (const Prefix& address : node.addresses) { bridge.add_addresses(to_text(address)); }
  for (const Node& other : mesh_.nodes) {
    if (other.name == node.name) { continue; }
    proto::PeerStatus& peer = *device.add_peers();
    peer.set_node(other.name);
    peer.set_public_key("key of " + other.name);
    peer.set_endpoint(fmt::format("192.0.2.{}:51820", other.name[0] - 'a' + 1));
    peer.set_latest_handshake(kNow - 20);
    peer.set_transfer_rx(1000);
    peer.set_transfer_tx(1000);
    proto::PortStatus& port = *status.add_ports();
    port.set_peer(other.name);
    port.set_number(static_cast<std::uint32_t>(status.ports_size()));
    port.set_state("forwarding");
  }
  return status;
}

proto::PeerStatus& ExaminedMesh::peer(const std::string& node, const std::string& other) {
  for (auto& each : *status(node).mutable_device()->mutable_peers()) {
    if (each.node() == other) { return each; }
  }
  return *status(node).mutable_device()->add_peers();
}

proto::PortStatus& ExaminedMesh::port(const std::string& node, const std::string& other) {
  for (auto& each : *status(node).mutable_ports()) {
    if (each.peer() == other) { return each; }
  }
  throw std::out_of_range(other);
}

}  // namespace wgmesh
