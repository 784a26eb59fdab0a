#include "controller/fleet/check_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/error.h"

namespace wgmesh::check_status_test {
namespace {

proto::Status honest() {
  proto::Status status;
  status.set_mesh("m");
  status.set_node("a");
  status.set_time(1'700'000'000);
  proto::DeviceStatus& device = *status.mutable_device();
  device.set_name("wg-m");
  device.set_public_key(std::string(32, 'k'));
  device.set_listen_port(51820);
  device.add_addresses("fd01::1/64");
  proto::PeerStatus& peer = *device.add_peers();
  peer.set_node("b");
  peer.set_public_key(std::string(32, 'p'));
  peer.set_endpoint("[2001:db8::1]:51820");
  peer.add_allowed_ips("fd01::2/128");
  proto::BridgeStatus& bridge = *status.mutable_bridge();
  bridge.set_name("br-m");
  bridge.set_bridge_id("8000.0242ac110002");
  bridge.set_root_id("1000.0242ac110003");
  bridge.set_mac(std::string(6, 'm'));
  bridge.add_addresses("10.9.0.1/24");
  proto::PortStatus& port = *status.add_ports();
  port.set_name("gt-m-b");
  port.set_peer("b");
  port.set_state("forwarding");
  port.set_designated_bridge("1000.0242ac110003");
  return status;
}

TEST(CheckStatus, TakesWhatAnAgentTells) {
  EXPECT_NO_THROW(check_status("m", honest()));
  EXPECT_NO_THROW(check_status("m", {}));
  proto::Status status = honest();
  status.mutable_ports(0)->set_name("\\xffeth\\x1b");  // what a kernel's name was made of
  status.mutable_ports(0)->set_peer("");
  status.mutable_ports(0)->set_state("unknown");
  status.mutable_device()->mutable_peers(0)->clear_node();
  status.mutable_device()->mutable_peers(0)->clear_endpoint();
  status.mutable_device()->clear_public_key();
  EXPECT_NO_THROW(check_status("m", status));
}

TEST(CheckStatus, SaysWhatCannotBe) {
  const std::vector<std::pair<const char*, std::function<void(proto::Status&)>>> lies = {
      {"of the mesh 'other'", [](auto& status) { status.set_mesh("other"); }},
      {"a node 'x\\x0a", [](auto& status) { status.set_node("x\nmesh: ok"); }},
      {"before 1970", [](auto& status) { status.set_time(-1); }},
      {"an interface 'eth0'", [](auto& status) { status.mutable_device()->set_name("eth0"); }},
      {"a public key of 7",
       [](auto& status) { status.mutable_device()->set_public_key("kkkkkkk"); }},
      {"a listen port", [](auto& status) { status.mutable_device()->set_listen_port(65536); }},
      {"an address 'x'", [](auto& status) { status.mutable_device()->add_addresses("x"); }},
      {"a peer 'x y'",
       [](auto& status) { status.mutable_device()->mutable_peers(0)->set_node("x y"); }},
      {"a peer's key of 0",
       [](auto& status) { status.mutable_device()->mutable_peers(0)->clear_public_key(); }},
      {"an endpoint 'b.example:1'",
       [](auto& status) {
         status.mutable_device()->mutable_peers(0)->set_endpoint("b.example:1");
       }},
      {"an address ''",
       [](auto& status) { status.mutable_device()->mutable_peers(0)->add_allowed_ips(""); }},
      {"a handshake before",
       [](auto& status) { status.mutable_device()->mutable_peers(0)->set_latest_handshake(-1); }},
      {"an interface 'br-x'", [](auto& status) { status.mutable_bridge()->set_name("br-x"); }},
      {"a bridge ID 'root'", [](auto& status) { status.mutable_bridge()->set_root_id("root"); }},
      {"a bridge ID '8000.0242AC110002'",
       [](auto& status) { status.mutable_bridge()->set_bridge_id("8000.0242AC110002"); }},
      {"a MAC of 5", [](auto& status) { status.mutable_bridge()->set_mac("12345"); }},
      {"a priority", [](auto& status) { status.mutable_bridge()->set_priority(65536); }},
      {"an interface 'a b'", [](auto& status) { status.mutable_ports(0)->set_name("a b"); }},
      {"a tunnel's peer", [](auto& status) { status.mutable_ports(0)->set_peer("-"); }},
      {"a port's state 'on'", [](auto& status) { status.mutable_ports(0)->set_state("on"); }},
  };
  for (const auto& [told, tell] : lies) {
    proto::Status status = honest();
    tell(status);
    try {
      check_status("m", status);
      ADD_FAILURE() << "believed: " << told;
    } catch (const Error& error) { EXPECT_THAT(error.message(), testing::HasSubstr(told)); }
  }
}

}  // namespace
}  // namespace wgmesh::check_status_test
