#include "controller/show/render_show.h"

#include <gmock/gmock.h>

#include "tests/support/golden.h"

namespace wgmesh::render_show_test {
namespace {

using std::chrono::system_clock;

constexpr std::int64_t kNow = 1'700'000'000;
const system_clock::time_point kHere{std::chrono::seconds(kNow)};
const std::string kKeyA(32, 'a');
const std::string kKeyB(32, 'b');
const std::string kKeyC(32, 'c');
constexpr const char* kTextA = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=";
constexpr const char* kTextB = "YmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmI=";
constexpr const char* kTextC = "Y2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2M=";

std::vector<NodeReport> reports() {
  proto::Status status;
  status.set_stored(true);
  status.set_is_up(true);
  proto::DeviceStatus& device = *status.mutable_device();
  device.set_name("wg-test");
  device.set_public_key(kKeyA);
  device.set_listen_port(51850);
  device.set_fwmark(0x2a);
  proto::PeerStatus& quiet = *device.add_peers();
  quiet.set_public_key(kKeyC);
  quiet.add_allowed_ips("fd00::3/128");
  proto::PeerStatus& peer = *device.add_peers();
  peer.set_node("mesh1");
  peer.set_public_key(kKeyB);
  peer.set_has_preshared_key(true);
  peer.set_endpoint("[2001:db8::1]:51820");
  peer.add_allowed_ips("fd00::1/128");
  peer.add_allowed_ips("fd00::2/128");
  peer.set_latest_handshake(kNow - 3600 - 65);
  peer.set_transfer_rx(1536);
  peer.set_transfer_tx(999);
  peer.set_persistent_keepalive(25);
  proto::Status down;
  down.set_stored(true);
  return {{"mesh0", status, {}}, {"mesh1", down, {}}, {"mesh2", {}, "connection refused"}};
}

TEST(RenderShow, HasTheLayoutOfWgShow) {
  const std::string expected = std::string("node: mesh0\n") +
                               "interface: wg-test\n"
                               "  public key: " +
                               kTextA +
                               "\n"
                               "  private key: (hidden)\n"
                               "  listening port: 51850\n"
                               "  fwmark: 0x2a\n"
                               "\n"
                               "peer: " +
                               kTextB +
                               "\n"
                               "  node: mesh1\n"
                               "  preshared key: (hidden)\n"
                               "  endpoint: [2001:db8::1]:51820\n"
                               "  allowed ips: fd00::1/128, fd00::2/128\n"
                               "  latest handshake: 1 hour, 1 minute, 5 seconds ago\n"
                               "  transfer: 1.50 KiB received, 999 B sent\n"
                               "  persistent keepalive: every 25 seconds\n"
                               "\n"
                               "peer: " +
                               kTextC +
                               "\n"
                               "  allowed ips: fd00::3/128\n"
                               "\n"
                               "node: mesh1\n"
                               "  down\n"
                               "\n"
                               "node: mesh2\n"
                               "  unreachable: connection refused\n";
  EXPECT_EQ(render_show(reports(), kHere, false), expected);
}

// As an agent of an earlier release tells it.
TEST(RenderShow, ADeviceWithoutANameIsNone) {
  std::vector<NodeReport> nodes = {reports()[1]};
  nodes[0].status->mutable_device();
  EXPECT_EQ(render_show(nodes, kHere, false), "node: mesh1\n  down\n");
  EXPECT_EQ(render_show_dump(nodes), "");
  EXPECT_EQ(render_show_json(nodes).find("peers"), std::string::npos);
}

TEST(RenderShow, CountsFromTheNodesOwnClock) {
  std::vector<NodeReport> nodes = reports();
  nodes[0].status->set_time(kNow - 3600 - 65);
  EXPECT_THAT(render_show(nodes, kHere, false), testing::HasSubstr("latest handshake: Now\n"));
}

TEST(RenderShow, DumpsAsWgShowAllDump) {
  EXPECT_EQ(
      render_show_dump(reports()),
      std::string("mesh0\twg-test\t(hidden)\t") + kTextA + "\t51850\t0x2a\n" + "mesh0\twg-test\t" +
          kTextC + "\t(none)\t(none)\tfd00::3/128\t0\t0\t0\toff\n" + "mesh0\twg-test\t" + kTextB +
          "\t(hidden)\t[2001:db8::1]:51820\tfd00::1/128,fd00::2/128\t1699996335\t1536\t999\t25\n");
}

// tests/check-schemas compares this file with its schema.
TEST(RenderShow, UsesTheNamesOfWgJson) {
  expect_golden(std::string(WGMESH_TEST_DATA) + "/golden/show.json", render_show_json(reports()));
}

TEST(RenderShow, BoldsHeadingsOnATerminalOnly) {
  EXPECT_THAT(render_show(reports(), kHere, true), testing::HasSubstr("\x1b[1minterface\x1b[0m"));
}

}  // namespace
}  // namespace wgmesh::render_show_test
