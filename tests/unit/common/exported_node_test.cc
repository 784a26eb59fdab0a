// A node in the words of wg-quick and of systemd-networkd, as golden files; and what cannot be said.
#include "common/exported_node.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>

#include "common/error.h"
#include "common/naming.h"
#include "tests/support/golden.h"

namespace wgmesh::exported_node_test {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kGoldens = std::string(WGMESH_TEST_DATA) + "/golden/export/";
const std::string kPrivateKey = "UFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFA=";
const std::string kPresharedKey = "YGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGA=";

Secret secret_of(std::uint8_t octet) {
  init_crypto();
  std::array<std::uint8_t, kKeySize> octets{};
  octets.fill(octet);
  return Secret::from_octets(octets);
}

ExportedPeer peer(const std::string& node, std::uint8_t number, const Prefix& underlay) {
  ExportedPeer peer;
  peer.node = node;
  peer.public_key.octets.fill(number);
  peer.preshared_key = secret_of(0x60);
  peer.endpoint = HostPort{node + ".example.com", 51820};
  peer.inner = inner_address("test", node, underlay).address;
  peer.persistent_keepalive = 25;
  peer.tunnel = tunnel_name("test", node);
  if (const auto full = tunnel_full_name("test", node); full != peer.tunnel) {
    peer.altname = full;
  }
  peer.mac = tunnel_mac("test", "n0", node);
  return peer;
}

ExportedNode node_on(const Prefix& underlay) {
  ExportedNode node;
  node.mesh = "test";
  node.node = "n0";
  node.device = wireguard_name("test");
  node.private_key = secret_of(0x50);
  node.listen_port = 51820;
  node.device_mtu = 1420;
  node.inner = inner_address("test", "n0", underlay);
  node.bridge = bridge_name("test");
  node.bridge_mac = bridge_mac("test", "n0");
  node.priority = 4096;
  node.forward_delay = 4;
  node.hello_time = 1;
  node.max_age = 6;
  node.ageing = 10;
  node.addresses = {*parse_prefix("fd00:0:0:1::1/64")};
  node.segment_mtu = node.has_ipv6_tunnels() ? 1362 : 1382;
  node.peers = {peer("n1", 1, underlay), peer("a-longer-name", 2, underlay)};
  return node;
}

ExportedNode spanning_tree() { return node_on(default_underlay("test")); }

// All that is not the default, over IPv4.
ExportedNode split_horizon() {
  ExportedNode node = node_on(default_ipv4_underlay("test"));
  node.stp = false;
  node.fwmark = 0xca6c;
  node.addresses.push_back(*parse_prefix("10.0.0.1/24"));
  node.bridge_ports = {"eth1", "eth2.7"};
  node.peers[0].path_cost = 120;
  node.peers[0].persistent_keepalive = 0;
  node.peers[1].endpoint = std::nullopt;
  node.mtu_remark = "No path was measured.";
  return node;
}

ExportedNode fragmenting() {
  ExportedNode node = node_on(default_ipv4_underlay("test"));
  node.fragments = true;
  node.segment_mtu = 1500;
  node.bridge_ports = {"eth1"};
  node.peers[0].path_cost = 120;
  node.peers[1].endpoint = HostPort{"2001:db8::1", 51900};
  return node;
}

std::string text_of(const ExportedNode& node, ExportFormat format) {
  std::string text;
  for (const ExportedFile& file : export_files(node, format)) {
    constexpr std::array kReaders = {"its owner", "all"};
    text += "==> " + file.name + " for " + kReaders[static_cast<std::size_t>(file.readers)] + "\n" +
            *file.content;
  }
  return text;
}

TEST(WgQuickExport, IsAsItStands) {
  expect_golden(kGoldens + "wg-quick-stp.txt", text_of(spanning_tree(), ExportFormat::kWgQuick));
  expect_golden(kGoldens + "wg-quick-split-horizon.txt",
                text_of(split_horizon(), ExportFormat::kWgQuick));
  expect_golden(kGoldens + "wg-quick-fragments.txt",
                text_of(fragmenting(), ExportFormat::kWgQuick));
}

TEST(NetworkdExport, IsAsItStands) {
  expect_golden(kGoldens + "networkd-stp.txt", text_of(spanning_tree(), ExportFormat::kNetworkd));
  expect_golden(kGoldens + "networkd-split-horizon.txt",
                text_of(split_horizon(), ExportFormat::kNetworkd));
}

TEST(NetworkdExport, RefusesFragmentedFrames) {
  try {
    export_files(fragmenting(), ExportFormat::kNetworkd);
    FAIL() << "it was not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "export-networkd-fragments");
    EXPECT_THAT(error.message(), HasSubstr("`mtu: 1500` cannot be said"));
  }
}

TEST(Export, HasPlaceholdersWhereTheNodeHasNoSecrets) {
  for (const ExportFormat format : {ExportFormat::kWgQuick, ExportFormat::kNetworkd}) {
    ExportedNode node = spanning_tree();
    EXPECT_THAT(text_of(node, format), HasSubstr(kPrivateKey));
    EXPECT_THAT(text_of(node, format), HasSubstr(kPresharedKey));
    node.private_key.reset();
    for (ExportedPeer& peer : node.peers) { peer.preshared_key.reset(); }
    EXPECT_THAT(text_of(node, format), Not(HasSubstr(kPrivateKey)));
    EXPECT_THAT(text_of(node, format), Not(HasSubstr(kPresharedKey)));
    EXPECT_THAT(text_of(node, format), HasSubstr("(hidden)"));
  }
}

// A copy of secrets would stay where the text was before it grew.
TEST(Export, NeverGrowsATextThatHoldsSecrets) {
  for (const ExportFormat format : {ExportFormat::kWgQuick, ExportFormat::kNetworkd}) {
    const auto files = export_files(spanning_tree(), format);
    const std::string& text = *files.front().content;
    EXPECT_LT(text.capacity() - text.size(), 3 * 44u) << name_of(format);
  }
}

std::string id_of(const std::function<void()>& call) {
  try {
    call();
    return {};
  } catch (const Error& error) { return error.id(); }
}

TEST(Export, TakesNoTextThatCouldBecomeACommand) {
  for (const char* name : {"a;reboot", "a$(id)", "a`id`", "a b", "a\nb", "a#b", "a%i", "*", "a&b",
                           "a|b", "[a]", "a\"b", "a'b", "a\\b", "!a", "~a"}) {
    EXPECT_EQ(id_of([&] { exported_interface("bridge_ports", name); }), "export-text-unsafe")
        << name;
    EXPECT_EQ(id_of([&] { exported_endpoint(std::string(name) + ":51820"); }),
              std::string(name) == "a%i" ? "" : "export-text-unsafe")
        << name;
  }
  EXPECT_EQ(exported_interface("bridge_ports", "eth2.7@x"), "eth2.7@x");
  EXPECT_EQ(exported_interface("tunnel.name", "gt-a-long~3df7v"), "gt-a-long~3df7v");
  EXPECT_EQ(exported_endpoint("[2001:db8::1]:51820")->host, "2001:db8::1");
  EXPECT_EQ(exported_endpoint(""), std::nullopt);
  EXPECT_EQ(id_of([] { exported_prefix("addr", "fd00::1/64; id"); }), "export-text-unsafe");
  EXPECT_EQ(id_of([] { exported_address("inner", "::1\nPostUp = id"); }), "export-text-unsafe");
  EXPECT_EQ(id_of([] { exported_mac("mac", "12345"); }), "export-text-unsafe");
  EXPECT_EQ(id_of([] { exported_key("short"); }), "export-text-unsafe");
  EXPECT_EQ(id_of([] { exported_node_name("a\nb"); }), "export-text-unsafe");
  EXPECT_EQ(id_of([] { exported_mesh_name("a;b"); }), "export-text-unsafe");
  EXPECT_EQ(id_of([] { exported_altname("gt-test-a;id"); }), "export-text-unsafe");
  EXPECT_EQ(exported_altname("gt-a-b~a-longer-name"), "gt-a-b~a-longer-name");
}

}  // namespace
}  // namespace wgmesh::exported_node_test
