#include "controller/fleet/check_status.h"

#include <algorithm>
#include <string_view>

#include "common/link_octet.h"
#include "common/naming.h"
#include "common/net.h"
#include "controller/fleet/facts.h"

namespace wgmesh {
namespace {

// What the kernel lets a name hold is shown by its codes, four characters an octet.
constexpr std::size_t kMostInterface = 4 * kMaxInterfaceName;
constexpr std::uint64_t kMostPorts = 1024;
constexpr std::uint64_t kMostU16 = 65535;

void expect_prefix(const std::string& text) {
  if (!parse_prefix(text)) { refuse_fact("an address '{}', which is none", text); }
}

void expect_name(const std::string& name, const std::string& expected) {
  if (!name.empty() && name != expected) {
    refuse_fact("an interface '{}' where {} is due", name, expected);
  }
}

// "8000.0242ac110002"
void expect_bridge_id(const std::string& id) {
  constexpr std::size_t kDot = 4;
  constexpr std::size_t kSize = 17;
  if (id.empty()) { return; }
  bool is_id = id.size() == kSize && id[kDot] == '.';
  for (std::size_t i = 0; is_id && i < kSize; ++i) {
    is_id = i == kDot || std::string_view("0123456789abcdef").find(id[i]) != std::string::npos;
  }
  if (!is_id) { refuse_fact("a bridge ID '{}', which is none", id); }
}

void check_peer(const proto::PeerStatus& peer) {
  if (!peer.node().empty()) { expect_node_name(peer.node(), "a peer"); }
  if (peer.public_key().size() != 32) {
    refuse_fact("a peer's key of {} octets, not 32", peer.public_key().size());
  }
  if (!peer.endpoint().empty() && !parse_socket_address(peer.endpoint())) {
    refuse_fact("an endpoint '{}', which is none", peer.endpoint());
  }
  for (const std::string& prefix : peer.allowed_ips()) { expect_prefix(prefix); }
  if (peer.latest_handshake() < 0) { refuse_fact("a handshake before 1970"); }
  expect_at_most(peer.persistent_keepalive(), kMostU16, "a keepalive");
}

void check_device(const std::string& mesh, const proto::DeviceStatus& device) {
  expect_name(device.name(), wireguard_name(mesh));
  if (!device.public_key().empty() && device.public_key().size() != 32) {
    refuse_fact("a public key of {} octets, not 32", device.public_key().size());
  }
  expect_at_most(device.listen_port(), kMostU16, "a listen port");
  for (const std::string& address : device.addresses()) { expect_prefix(address); }
  expect_at_most(static_cast<std::uint64_t>(device.peers_size()), kMostPeers, "a number of peers");
  for (const proto::PeerStatus& peer : device.peers()) { check_peer(peer); }
}

void check_bridge(const std::string& mesh, const proto::BridgeStatus& bridge) {
  expect_name(bridge.name(), bridge_name(mesh));
  expect_bridge_id(bridge.bridge_id());
  expect_bridge_id(bridge.root_id());
  expect_at_most(bridge.priority(), kMostU16, "a priority");
  expect_at_most(bridge.root_port(), kMostU16, "a root port");
  for (const std::string& address : bridge.addresses()) { expect_prefix(address); }
  if (!bridge.mac().empty() && bridge.mac().size() != 6) {
    refuse_fact("a MAC of {} octets, not 6", bridge.mac().size());
  }
}

void check_port(const proto::PortStatus& port) {
  expect_word(port.name(), kMostInterface, "an interface");
  if (!port.peer().empty()) { expect_node_name(port.peer(), "a tunnel's peer"); }
  if (std::ranges::find(kPortStates, port.state()) == kPortStates.end()) {
    refuse_fact("a port's state '{}', which is none", port.state());
  }
  expect_bridge_id(port.designated_bridge());
}

}  // namespace

void check_status(const std::string& mesh, const proto::Status& status) {
  if (!status.mesh().empty() && status.mesh() != mesh) {
    refuse_fact("of the mesh '{}' where {} was asked for", status.mesh(), mesh);
  }
  if (!status.node().empty()) { expect_node_name(status.node(), "a node"); }
  if (status.time() < 0) { refuse_fact("a time before 1970"); }
  if (status.has_device()) { check_device(mesh, status.device()); }
  if (status.has_bridge()) { check_bridge(mesh, status.bridge()); }
  expect_at_most(static_cast<std::uint64_t>(status.ports_size()), kMostPorts, "a number of ports");
  for (const proto::PortStatus& port : status.ports()) { check_port(port); }
  expect_at_most(status.links().size(), kMostPeers, "a number of links");
}

}  // namespace wgmesh
