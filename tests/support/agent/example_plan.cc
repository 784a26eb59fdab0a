#include "tests/support/agent/example_plan.h"

#include "common/frame.h"
#include "common/naming.h"

namespace wgmesh {
namespace {

// Ready before the first test, whichever it is.
[[maybe_unused]] const bool crypto_is_ready = (init_crypto(), true);

constexpr const char* kMesh = "test";
constexpr const char* kNode = "mesh0";

std::string octets_text(const auto& octets) { return {octets.begin(), octets.end()}; }

void add_peer(proto::Plan& plan, const std::string& node, char number, const Prefix& underlay) {
  proto::Peer& peer = *plan.add_peers();
  peer.set_node(node);
  peer.set_public_key(std::string(kKeySize, number));
  peer.set_endpoint(node + ".example.com:51820");
  peer.set_inner_address(to_text(inner_address(kMesh, node, underlay).address));
  peer.set_persistent_keepalive(25);
  peer.mutable_tunnel()->set_name(tunnel_name(kMesh, node));
  if (tunnel_name(kMesh, node) != tunnel_full_name(kMesh, node)) {
    peer.mutable_tunnel()->set_altname(tunnel_full_name(kMesh, node));
  }
  peer.mutable_tunnel()->set_mac(octets_text(tunnel_mac(kMesh, kNode, node).octets));
}

}  // namespace

proto::Plan example_plan(Underlay underlay) {
  const Prefix prefix =
      underlay == Underlay::kIpv6 ? default_underlay(kMesh) : parse_prefix("198.18.0.0/16").value();
  proto::Plan plan;
  plan.set_format_version(1);
  plan.set_mesh(kMesh);
  plan.set_node(kNode);
  plan.set_tunnel_kind(underlay == Underlay::kIpv6 ? proto::IP6GRETAP : proto::GRETAP);
  plan.set_segment_mtu(underlay == Underlay::kIpv6 ? 1362 : 1382);
  plan.set_network("fd00:0:0:1::/64");
  proto::Device& device = *plan.mutable_device();
  device.set_name(wireguard_name(kMesh));
  device.set_listen_port(51820);
  device.set_mtu(1420);
  device.set_inner_address(to_text(inner_address(kMesh, kNode, prefix)));
  proto::Bridge& bridge = *plan.mutable_bridge();
  bridge.set_name(bridge_name(kMesh));
  bridge.set_stp(true);
  bridge.set_priority(4096);
  bridge.set_forward_delay(4);
  bridge.set_hello_time(1);
  bridge.set_max_age(6);
  bridge.set_ageing(10);
  bridge.add_addresses("fd00:0:0:1::1/64");
  bridge.set_mac(octets_text(bridge_mac(kMesh, kNode).octets));
  add_peer(plan, "mesh1", 1, prefix);
  add_peer(plan, "mesh2", 2, prefix);
  add_peer(plan, "a-longer-name", 3, prefix);
  return plan;
}

proto::Plan plan_with_addresses() {
  proto::Plan plan = example_plan();
  int number = 0;
  for (auto& peer : *plan.mutable_peers()) {
    peer.set_endpoint("192.0.2." + std::to_string(++number) + ":51820");
  }
  return plan;
}

proto::Plan example_plan_of(int peers) {
  proto::Plan plan = example_plan();
  plan.clear_peers();
  for (int number = 1; number <= peers; ++number) {
    add_peer(plan, "n" + std::to_string(number), static_cast<char>(number),
             default_underlay(kMesh));
    plan.mutable_peers()->rbegin()->set_endpoint("192.0.2." + std::to_string(number) + ":51820");
  }
  return plan;
}

proto::Plan changed(proto::Plan plan) {
  plan.mutable_peers()->DeleteSubrange(0, 1);
  plan.mutable_peers(0)->set_persistent_keepalive(5);
  add_peer(plan, "newcomer", 99, default_underlay(kMesh));
  plan.mutable_device()->set_listen_port(51900);
  plan.mutable_bridge()->set_priority(100);
  plan.mutable_bridge()->set_forward_delay(6);
  plan.mutable_bridge()->add_addresses("192.0.2.1/24");
  plan.set_segment_mtu(1300);
  return plan;
}

Secret secret_of(std::uint8_t value) {
  std::array<std::uint8_t, kKeySize> octets{};
  octets.fill(value);
  return Secret::from_octets(octets);
}

NodeSecrets example_secrets(const proto::Plan& plan) {
  NodeSecrets secrets{.private_key = secret_of(0x50)};
  for (const proto::Peer& peer : plan.peers()) {
    secrets.preshared_keys.emplace(peer.node(), secret_of(0x60));
  }
  return secrets;
}

proto::Open open_for(const proto::Plan& plan, std::uint64_t session_number) {
  proto::Open open;
  open.set_protocol_version(kProtocolVersion);
  open.set_mesh(plan.mesh());
  open.set_node(plan.node());
  open.set_changes_state(true);
  open.set_holds(true);
  open.set_session_number(session_number);
  open.set_origin("root@test");
  open.set_network(plan.network());
  open.set_listen_port(plan.device().listen_port());
  open.set_inner_address(plan.device().inner_address());
  for (const proto::Peer& peer : plan.peers()) {
    proto::OpenPeer& one = *open.add_peers();
    one.set_node(peer.node());
    one.set_endpoint(peer.endpoint());
  }
  return open;
}

State example_state(const proto::Plan& plan) {
  EndpointKnowledge endpoints;
  int number = 0;
  for (const proto::Peer& peer : plan.peers()) {
    ++number;
    // Whoever of the example is left out, the others keep theirs.
    if (peer.node() == "a-longer-name") { number = 3; }
    endpoints.resolved[peer.node()] =
        parse_socket_address("192.0.2." + std::to_string(number) + ":51820").value();
  }
  return desired_state(plan, example_secrets(plan), endpoints);
}

}  // namespace wgmesh
