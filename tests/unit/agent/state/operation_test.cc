#include "agent/state/operation.h"

#include <gtest/gtest.h>

#include "tests/support/agent/example_plan.h"

namespace wgmesh::operation_test {
namespace {

PublicKey key() {
  PublicKey key;
  key.octets.fill(1);
  return key;
}
constexpr const char* kKey = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

SetWireguard set_peer(PeerUpdate update) {
  update.public_key = key();
  return {.name = "wg-test", .peers = {update}};
}

TEST(Describe, SaysOneChangeInTheWordsOfIp) {
  EXPECT_EQ(describe(SetInterface{.name = "gt-test-mesh1", .master = "br-test"}),
            "ip link set gt-test-mesh1 master br-test");
  EXPECT_EQ(describe(SetInterface{.name = "gt-test-mesh1", .master = "", .up = false}),
            "ip link set gt-test-mesh1 nomaster down");
  EXPECT_EQ(describe(SetInterface{.name = "br-test", .alias = ""}),
            "ip link set br-test alias \"\"");
}

TEST(Describe, PutsAPortsOwnSettingsBehindItsType) {
  EXPECT_EQ(describe(SetInterface{.name = "p", .isolated = true, .path_cost = 5, .up = true}),
            "ip link set p up type bridge_slave isolated on cost 5");
}

TEST(Describe, NamesTheFlagsOfGretapOnly) {
  const IpAddress local = parse_ip("198.18.0.1").value();
  const IpAddress remote = parse_ip("198.18.0.2").value();
  EXPECT_EQ(describe(SetTunnel{"t", TunnelKind::kGretap, local, remote, false, true}),
            "ip link set t type gretap local 198.18.0.1 remote 198.18.0.2 nopmtudisc ignore-df");
}

TEST(Describe, AsksForNoDuplicateAddressDetectionWhereThereIsOne) {
  EXPECT_EQ(describe(AddAddress{"br-test", parse_prefix("fd00::1/64").value()}),
            "ip address add fd00::1/64 dev br-test nodad");
  EXPECT_EQ(describe(AddAddress{"br-test", parse_prefix("10.0.0.1/24").value()}),
            "ip address add 10.0.0.1/24 dev br-test");
}

TEST(Describe, HidesSecrets) {
  EXPECT_EQ(describe(SetWireguard{.name = "wg-test", .private_key = secret_of(7)}),
            "wg set wg-test private-key (hidden)");
  EXPECT_EQ(describe(set_peer({.preshared_key = std::optional(secret_of(7))})),
            std::string("wg set wg-test peer ") + kKey + " preshared-key (hidden)");
}

TEST(Describe, TellsClearingFromSetting) {
  EXPECT_EQ(describe(set_peer({.preshared_key = std::optional<Secret>()})),
            std::string("wg set wg-test peer ") + kKey + " preshared-key /dev/null");
  EXPECT_EQ(
      describe(set_peer({.persistent_keepalive = 0, .allowed_ips = std::set<Prefix>()})),
      std::string("wg set wg-test peer ") + kKey + " persistent-keepalive 0 allowed-ips \"\"");
}

TEST(Describe, ScatterGatherInTheWordsOfEthtool) {
  EXPECT_EQ(describe(NoScatterGather{"wg-test"}), "ethtool -K wg-test sg off");
}

TEST(IsDeletion, IsWhatAnUndoCouldNotTakeBack) {
  EXPECT_TRUE(is_deletion(DeleteInterface{"gt-test-mesh1"}));
  EXPECT_TRUE(is_deletion(DeleteGroup{70000, {}}));
  EXPECT_TRUE(is_deletion(RemoveAddress{"br-test", {}}));
  EXPECT_TRUE(is_deletion(RemoveAltname{"br-test", "a"}));
  EXPECT_TRUE(is_deletion(set_peer({.remove = true})));
  EXPECT_FALSE(is_deletion(set_peer({.allowed_ips = std::set<Prefix>()})));
  EXPECT_FALSE(is_deletion(SetInterface{.name = "gt-test-mesh1", .master = "", .up = false}));
}

TEST(IsDeletion, DoesNotHoldForAnUpdateThatDoesMore) {
  SetWireguard set = set_peer({.remove = true});
  set.fwmark = 1;
  EXPECT_FALSE(is_deletion(set));
  set = set_peer({.remove = true});
  set.peers.push_back({.public_key = key(), .persistent_keepalive = 25});
  EXPECT_FALSE(is_deletion(set));
  EXPECT_FALSE(is_deletion(SetWireguard{.name = "wg-test"}));
}

}  // namespace
}  // namespace wgmesh::operation_test
