#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/status/current_status.h"
#include "agent/status/status_json.h"
#include "agent/status/status_text.h"

namespace wgmesh::status_output_test {
namespace {

Inspection inspected(proto::Status status) {
  Inspection inspection;
  inspection.status = std::move(status);
  return inspection;
}
std::string text_of(const proto::Status& status, std::int64_t now) {
  const Inspection inspection = inspected(status);
  return status_text({&inspection, 1}, now);
}
std::string json_of(const proto::Status& status) {
  const Inspection inspection = inspected(status);
  return status_json({&inspection, 1});
}

proto::Status example() {
  proto::Status status;
  status.set_mesh("test");
  status.set_node("mesh0");
  status.set_is_up(true);
  status.set_generation(3);
  proto::DeviceStatus& device = *status.mutable_device();
  device.set_name("wg-test");
  device.set_public_key(std::string(32, '\1'));
  device.set_listen_port(51820);
  device.set_mtu(1420);
  device.add_addresses("fd01::1/64");
  proto::PeerStatus& peer = *device.add_peers();
  peer.set_node("mesh\"1\n");
  peer.set_public_key(std::string(32, '\2'));
  peer.set_has_preshared_key(true);
  peer.set_endpoint("192.0.2.1:51820");
  peer.add_allowed_ips("fd01::2/128");
  peer.set_latest_handshake(1000);
  peer.set_transfer_rx(1536);
  peer.set_transfer_tx(10);
  peer.set_persistent_keepalive(25);
  proto::BridgeStatus& bridge = *status.mutable_bridge();
  bridge.set_name("br-test");
  bridge.set_stp(true);
  bridge.set_bridge_id("1000.020000000001");
  bridge.set_root_id("0064.020000000002");
  bridge.set_root_port(1);
  bridge.set_root_path_cost(100);
  bridge.set_mtu(1362);
  bridge.set_mac(std::string("\2\0\0\0\0\1", 6));
  bridge.add_addresses("fd00::1/64");
  proto::PortStatus& port = *status.add_ports();
  port.set_name("gt-test-mesh1");
  port.set_peer("mesh1");
  port.set_state("forwarding");
  port.set_path_cost(100);
  port.set_mtu(1362);
  return status;
}

TEST(StatusText, AMeshThatIsDownHasNoInterface) {
  proto::Plan plan;
  plan.set_node("mesh0");
  plan.add_peers()->set_node("mesh1");
  proto::Status status;
  status.set_mesh("test");
  status.set_taken_down(true);
  put_names(plan, status);
  EXPECT_EQ(text_of(status, 0), "mesh: test (down, and stays down at boot)\n  node: mesh0\n");
  EXPECT_THAT(json_of(status), ::testing::Not(::testing::HasSubstr("\"device\"")));
}

TEST(StatusText, LooksLikeWgShow) {
  proto::Status status = example();
  status.mutable_device()->mutable_peers(0)->set_node("mesh1");
  EXPECT_EQ(text_of(status, 1065),
            "mesh: test (up)\n"
            "  node: mesh0\n"
            "\n"
            "interface: wg-test\n"
            "  public key: AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n"
            "  private key: (hidden)\n"
            "  listening port: 51820\n"
            "  addresses: fd01::1/64\n"
            "  mtu: 1420\n"
            "\n"
            "peer: AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\n"
            "  node: mesh1\n"
            "  preshared key: (hidden)\n"
            "  endpoint: 192.0.2.1:51820\n"
            "  allowed ips: fd01::2/128\n"
            "  latest handshake: 1 minute, 5 seconds ago\n"
            "  transfer: 1.50 KiB received, 10 B sent\n"
            "  persistent keepalive: every 25 seconds\n"
            "\n"
            "bridge: br-test\n"
            "  addresses: fd00::1/64\n"
            "  mtu: 1362\n"
            "  bridge id: 1000.020000000001\n"
            "  root: 0064.020000000002 (cost 100, port 1)\n"
            "\n"
            "port           peer   state       path cost    mtu\n"
            "gt-test-mesh1  mesh1  forwarding        100   1362\n");
}

TEST(StatusText, SaysThatAMeshWasTakenDown) {
  proto::Status status;
  status.set_mesh("test");
  status.set_taken_down(true);
  EXPECT_EQ(text_of(status, 0), "mesh: test (down, and stays down at boot)\n");
  EXPECT_EQ(status_text({}, 0), "");
}

TEST(StatusJson, NamesEachWarning) {
  proto::Status status = example();
  status.add_warnings("plan: is cut off");
  status.add_warning_ids("store-file-damaged");
  EXPECT_THAT(json_of(status),
              ::testing::HasSubstr("      \"warnings\": [\n        \"plan: is cut off\"\n      ],\n"
                                   "      \"warning_ids\": [\n        \"store-file-damaged\"\n"));
}

TEST(StatusJson, IsOneDocumentWithAVersion) {
  EXPECT_EQ(status_json({}), "{\n  \"format_version\": 1,\n  \"meshes\": []\n}\n");
  const proto::Status status = example();
  const std::string text = json_of(status);
  EXPECT_THAT(text, ::testing::HasSubstr("\"node\": \"mesh\\\"1\\u000a\",\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("\"presharedKey\": \"(hidden)\""));
  EXPECT_THAT(text, ::testing::HasSubstr("\"allowedIps\": [\n              \"fd01::2/128\"\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("\"mac\": \"02:00:00:00:00:01\""));
}

}  // namespace
}  // namespace wgmesh::status_output_test
