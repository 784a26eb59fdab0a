#include "agent/state/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace wgmesh::values_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> told(const Operation& operation, const State& observed) {
  std::vector<std::string> lines;
  for (const ChangedValue& value : values_of(operation, observed)) {
    lines.push_back(value.key + ": " + value.before.value_or("-") + " to " +
                    value.after.value_or("-"));
  }
  return lines;
}

PublicKey key_of(std::uint8_t octet) {
  PublicKey key;
  key.octets.fill(octet);
  return key;
}

Secret secret(std::uint8_t octet) {
  std::array<std::uint8_t, kKeySize> octets{};
  octets.fill(octet);
  return Secret::from_octets(octets);
}

State node_state() {
  State state;
  state.wireguard.emplace();
  state.wireguard->interface = {.name = "wg-test", .mtu = 1420, .up = true};
  state.wireguard->listen_port = 51820;
  state.wireguard->private_key = secret(1);
  WireguardPeer& peer = state.wireguard->peers[key_of(9)];
  peer.preshared_key = secret(2);
  peer.persistent_keepalive = 25;
  peer.endpoint = parse_socket_address("192.0.2.1:51820");
  state.bridge.emplace();
  state.bridge->interface = {.name = "br-test", .mtu = 1358, .up = true};
  state.bridge->addresses = {*parse_prefix("fd00::1/64")};
  Tunnel& tunnel = state.tunnels["gt-test-b"];
  tunnel.interface = {.name = "gt-test-b", .mtu = 1358, .up = true, .master = "br-test"};
  state.foreign_ports["eth1"] = {.master = "", .mtu = 1500, .up = false, .above = {}};
  return state;
}

TEST(Values, OfASettingAreWhatDiffers) {
  EXPECT_THAT(told(SetInterface{.name = "gt-test-b", .mtu = 1300, .up = true}, node_state()),
              ElementsAre("mtu: 1358 to 1300"));
  EXPECT_THAT(told(SetInterface{.name = "gt-test-b", .master = ""}, node_state()),
              ElementsAre("master: br-test to -"));
  EXPECT_THAT(told(SetInterface{.name = "eth1", .master = "br-test", .up = true}, node_state()),
              ElementsAre("master: - to br-test", "up: off to on"));
}

TEST(Values, OfScatterGather) {
  EXPECT_THAT(told(NoScatterGather{"wg-test"}, {}), ElementsAre("scatter_gather: - to off"));
}

TEST(Values, OfABridgeAreInSeconds) {
  EXPECT_THAT(told(SetBridge{.name = "br-test", .priority = 100, .hello_time = 150}, node_state()),
              ElementsAre("prio: 32768 to 100", "hello_time: 2 to 1.5"));
}

// What is not known just now is no old value.
TEST(Values, OfATimeThatTheKernelDoesNotShow) {
  State state = node_state();
  state.bridge->ageing = kTimeUnknown;
  EXPECT_THAT(told(SetBridge{.name = "br-test", .ageing = 1000}, state),
              ElementsAre("ageing: - to 10"));
}

TEST(Values, AnInterfaceThatComesOrGoesHasAKind) {
  EXPECT_THAT(told(CreateBridge{.name = "br-test"}, {}), ElementsAre("kind: - to bridge"));
  EXPECT_THAT(told(CreateWireguard{.name = "wg-test", .mtu = 1420}, {}),
              ElementsAre("kind: - to wireguard", "mtu: - to 1420"));
  EXPECT_THAT(told(DeleteInterface{"gt-test-b"}, node_state()),
              ElementsAre("kind: ip6gretap to -"));
  EXPECT_THAT(told(DeleteInterface{"wg-test"}, node_state()), ElementsAre("kind: wireguard to -"));
}

TEST(Values, OfAPeerThatStays) {
  const PeerUpdate update{.public_key = key_of(9),
                          .update_only = true,
                          .endpoint = parse_socket_address("192.0.2.2:51820"),
                          .persistent_keepalive = 15};
  EXPECT_THAT(told(SetWireguard{.name = "wg-test", .peers = {update}}, node_state()),
              ElementsAre("endpoint: 192.0.2.1:51820 to 192.0.2.2:51820",
                          "persistent_keepalive: 25 to 15"));
}

TEST(Values, APeerThatComesOrGoesHasAKey) {
  const PeerUpdate comes{.public_key = key_of(8), .persistent_keepalive = 25};
  EXPECT_THAT(
      told(SetWireguard{.name = "wg-test", .peers = {comes}}, node_state()),
      ElementsAre("public_key: - to " + to_base64(key_of(8)), "persistent_keepalive: - to 25"));
  const PeerUpdate goes{.public_key = key_of(9), .remove = true};
  EXPECT_THAT(told(SetWireguard{.name = "wg-test", .peers = {goes}}, node_state()),
              ElementsAre("public_key: " + to_base64(key_of(9)) + " to -"));
}

TEST(Values, HideSecretsAndSayThatTheyDiffer) {
  EXPECT_THAT(told(SetWireguard{.name = "wg-test", .private_key = secret(3)}, node_state()),
              ElementsAre("private_key: (hidden) to (hidden, another)"));
  EXPECT_THAT(told(SetWireguard{.name = "wg-test", .private_key = secret(3)}, {}),
              ElementsAre("private_key: - to (hidden)"));
  const PeerUpdate update{.public_key = key_of(9), .update_only = true, .preshared_key = secret(4)};
  EXPECT_THAT(told(SetWireguard{.name = "wg-test", .peers = {update}}, node_state()),
              ElementsAre("preshared_key: (hidden) to (hidden, another)"));
  const PeerUpdate cleared{
      .public_key = key_of(9), .update_only = true, .preshared_key = std::optional<Secret>()};
  EXPECT_THAT(told(SetWireguard{.name = "wg-test", .peers = {cleared}}, node_state()),
              ElementsAre("preshared_key: (hidden) to -"));
}

TEST(Values, AnAddressThatIsThereIsNoChange) {
  EXPECT_THAT(told(AddAddress{"br-test", *parse_prefix("fd00::1/64")}, node_state()), IsEmpty());
  EXPECT_THAT(told(AddAddress{"br-test", *parse_prefix("fd00::2/64")}, node_state()),
              ElementsAre("addr: - to fd00::2/64"));
}

// A rotation's switch sets all peers in one operation; each was listed when it was staged.
TEST(Values, OfSeveralPeersAreNotTold) {
  const SetWireguard set{.name = "wg-test",
                         .peers = {{.public_key = key_of(1)}, {.public_key = key_of(2)}}};
  EXPECT_THAT(told(set, node_state()), IsEmpty());
}

TEST(Values, OfTheHostsAreLinesThatComeAndGo) {
  State state = node_state();
  const HostsBlock block{"test", {"fd00::1  a a.test", "fd00::2  b b.test"}};
  EXPECT_THAT(told(SetHosts{block, true}, state),
              ElementsAre("hosts: - to fd00::1 a a.test", "hosts: - to fd00::2 b b.test"));
  state.hosts =
      HostsBlock{"test", {" fd00::1\ta  a.test\r", "\x1b[31m\xff", std::string(500, 'x')}};
  EXPECT_THAT(told(SetHosts{block}, state),
              ElementsAre("hosts: ?[31m? to -", "hosts: " + std::string(200, 'x') + " to -",
                          "hosts: - to fd00::2 b b.test"));
  state.hosts = block;
  EXPECT_THAT(told(RemoveHosts{"test"}, state),
              ElementsAre("hosts: fd00::1 a a.test to -", "hosts: fd00::2 b b.test to -"));
}

}  // namespace
}  // namespace wgmesh::values_test
