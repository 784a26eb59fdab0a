#include "tests/support/controller/reported_mesh.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/naming.h"

namespace wgmesh {
namespace {

std::string bridge_id_of(const Mesh& mesh, const Node& node) {
  std::string id = fmt::format("{:04x}.", node.priority);
  for (const std::uint8_t octet : bridge_mac(mesh.name, node.name).octets) {
    id += fmt::format("{:02x}", octet);
  }
  return id;
}

std::string key_of(const Node& node) {
  std::string key = node.name;
  key.resize(32, 'k');
  return key;
}

void put_link(const Mesh& mesh, std::size_t to, proto::Status& status) {
  const Node& peer = mesh.nodes[to];
  proto::PeerStatus& link = *status.mutable_device()->add_peers();
  link.set_node(peer.name);
  link.set_public_key(key_of(peer));
  link.set_endpoint(fmt::format("192.0.2.{}:51820", to + 1));
  link.set_latest_handshake(kReportedAt - 10 * static_cast<std::int64_t>(to % 10 + 1));
  link.set_transfer_rx(1024 * 1024);
  link.set_transfer_tx(512);
  proto::PortStatus& port = *status.add_ports();
  port.set_name(tunnel_name(mesh.name, peer.name));
  port.set_peer(peer.name);
  port.set_number(static_cast<std::uint32_t>(to + 1));
  port.set_state("forwarding");
  port.set_path_cost(100);
}

}  // namespace

Mesh mesh_of(int nodes) {
  Mesh mesh;
  mesh.name = "test";
  mesh.network = *parse_prefix("fd00:0:0:1::/64");
  mesh.underlay = default_underlay("test");
  for (int i = 0; i < nodes; ++i) {
    Node node;
    node.name = fmt::format("n{}", i);
    node.addresses = {*parse_prefix(fmt::format("fd00:0:0:1::{:x}/64", i + 1))};
    node.endpoint = HostPort{node.name, 51820};
    node.priority = static_cast<std::uint16_t>(4096 * std::min(i + 1, 15));
    mesh.nodes.push_back(node);
  }
  return mesh;
}

std::vector<NodeReport> reports_of(const Mesh& mesh) {
  std::vector<NodeReport> reports;
  for (std::size_t i = 0; i < mesh.nodes.size(); ++i) {
    const Node& node = mesh.nodes[i];
    NodeReport& report = reports.emplace_back();
    report.node = node.name;
    report.hello.emplace().set_agent_version("1.0");
    proto::Status& status = report.status.emplace();
    status.set_mesh(mesh.name);
    status.set_node(node.name);
    status.set_stored(true);
    status.set_is_up(true);
    status.set_time(kReportedAt);
    status.mutable_drift();
    status.mutable_device()->set_public_key(key_of(node));
    status.mutable_device()->set_listen_port(51820);
    proto::BridgeStatus& bridge = *status.mutable_bridge();
    bridge.set_stp(true);
    bridge.set_mtu(1362);
    bridge.set_bridge_id(bridge_id_of(mesh, node));
    bridge.set_root_id(bridge_id_of(mesh, mesh.nodes.front()));
    bridge.set_root_port(i == 0 ? 0 : 1);
    for (const Prefix& address : node.addresses) { bridge.add_addresses(to_text(address)); }
    for (std::size_t to = 0; to < mesh.nodes.size(); ++to) {
      if (to != i) { put_link(mesh, to, status); }
    }
  }
  return reports;
}

proto::PeerStatus& peer_in(NodeReport& report, const std::string& peer) {
  auto& peers = *report.status->mutable_device()->mutable_peers();
  return *std::ranges::find_if(peers, [&](const auto& each) { return each.node() == peer; });
}

void forget_handshakes(std::vector<NodeReport>& reports, int a, int b) {
  for (const auto& [here, there] : {std::pair(a, b), std::pair(b, a)}) {
    auto& peer = peer_in(reports[static_cast<std::size_t>(here)], fmt::format("n{}", there));
    peer.clear_latest_handshake();
    peer.clear_transfer_rx();
    peer.clear_transfer_tx();
  }
}

void make_unreachable(NodeReport& report, const std::string& why) {
  report.status.reset();
  report.hello.reset();
  report.unreachable = why;
}

}  // namespace wgmesh
