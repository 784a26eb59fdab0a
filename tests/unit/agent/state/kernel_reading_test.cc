#include "agent/state/kernel_reading.h"

#include <gmock/gmock.h>
#include <linux/if_bridge.h>

#include "agent/state/observation.h"
#include "agent/state/status_of.h"
#include "common/naming.h"

namespace wgmesh::kernel_reading_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

InterfaceReport interface(int index, const std::string& name, const std::string& kind) {
  InterfaceReport report;
  report.index = index;
  report.name = name;
  report.kind = kind;
  return report;
}

InterfaceReport own(int index, const std::string& name, const std::string& kind) {
  InterfaceReport report = interface(index, name, kind);
  report.group = interface_group("test");
  if (kind == "gretap") {
    report.tunnel = TunnelData{.kind = TunnelKind::kGretap, .local = {}, .remote = {}};
  }
  if (kind == "bridge") { report.bridge = BridgeData(); }
  return report;
}

TEST(Ownership, IsNameAndKindWithGroupOrAlias) {
  EXPECT_TRUE(is_own(own(1, "br-test", "bridge"), "test"));
  EXPECT_TRUE(is_own(own(1, "wg-test", "wireguard"), "test"));
  EXPECT_TRUE(is_own(own(1, "gt-test-a", "gretap"), "test"));
  InterfaceReport by_alias = interface(1, "br-test", "bridge");
  EXPECT_FALSE(is_own(by_alias, "test"));
  by_alias.alias = "wgmesh:test";
  EXPECT_TRUE(is_own(by_alias, "test"));
  EXPECT_FALSE(is_own(by_alias, "other"));
  EXPECT_FALSE(is_own(own(1, "br-test", "dummy"), "test"));
  EXPECT_FALSE(is_own(own(1, "br-other", "bridge"), "test"));
  EXPECT_FALSE(is_own(own(1, "uplink", "gretap"), "test"));
}

TEST(Observation, LeavesOutAddressesThatAreNotThePlans) {
  KernelReading reading;
  reading.interfaces = {own(3, "br-test", "bridge")};
  reading.addresses = {{3, *parse_prefix("fd00::1/64"), true, false},
                       {3, *parse_prefix("fe80::1/64"), true, true},
                       {3, *parse_prefix("2001:db8::1/64"), false, false},
                       {4, *parse_prefix("10.0.0.1/8"), true, false}};
  const Observation observation = observation_of(reading, {"test", {"br-test"}, {}});
  ASSERT_TRUE(observation.state.bridge);
  EXPECT_THAT(observation.state.bridge->addresses, ElementsAre(*parse_prefix("fd00::1/64")));
}

TEST(Observation, NamesTheLinkThatHasAWantedAltname) {
  KernelReading reading;
  reading.interfaces = {interface(1, "eth0", "")};
  reading.interfaces[0].altnames = {"enp3s0", "gt-test-a"};
  reading.interfaces[0].alias = "uplink";
  const Observation observation =
      observation_of(reading, {"test", {"gt-test-a"}, {"eth0", "eth1"}});
  ASSERT_EQ(observation.taken.size(), 1u);
  EXPECT_EQ(observation.taken[0].name, "gt-test-a");
  EXPECT_EQ(observation.taken[0].alias, "uplink");
  EXPECT_TRUE(observation.state.foreign_ports.contains("eth0"));
  EXPECT_THAT(observation.missing_ports, ElementsAre("eth1"));
}

TEST(Observation, ABridgeThatIsNotTheRootDoesNotShowItsOwnTimes) {
  KernelReading reading;
  reading.interfaces = {own(3, "br-test", "bridge")};
  reading.interfaces[0].bridge = BridgeData{.stp = true, .forward_delay = 1500, .ageing = 1000};
  EXPECT_EQ(observation_of(reading, {"test", {}, {}}).state.bridge->forward_delay, 1500u);
  reading.interfaces[0].bridge->root_port = 1;
  const Observation observation = observation_of(reading, {"test", {}, {}});
  EXPECT_EQ(observation.state.bridge->forward_delay, kTimeUnknown);
  EXPECT_EQ(observation.state.bridge->ageing, 1000u);
}

TEST(Observation, OfANodeThatHasNothingIsEmpty) {
  const Observation observation = observation_of({}, {"test", {"br-test"}, {}});
  EXPECT_EQ(observation.state, State());
  EXPECT_THAT(observation.taken, IsEmpty());
}

TEST(Status, NamesPortsByTheirAliasAndSortsThemByNumber) {
  KernelReading reading;
  reading.interfaces = {own(3, "br-test", "bridge"), own(4, "gt-test-b", "gretap"),
                        interface(5, "eth1", "")};
  reading.interfaces[0].up = true;
  reading.interfaces[0].bridge->root_id = "0064.020000000001";
  reading.interfaces[1].alias = "wgmesh:test:mesh-b";
  reading.interfaces[1].master = 3;
  reading.interfaces[1].port = PortData{.state = BR_STATE_BLOCKING,
                                        .number = 2,
                                        .path_cost = 100,
                                        .isolated = false,
                                        .designated_bridge = {}};
  reading.interfaces[2].master = 3;
  reading.interfaces[2].port = PortData{.state = BR_STATE_FORWARDING,
                                        .number = 1,
                                        .path_cost = 2,
                                        .isolated = false,
                                        .designated_bridge = {}};
  const proto::Status status = status_of(reading, "test");
  EXPECT_FALSE(status.is_up());  // no WireGuard device
  EXPECT_EQ(status.bridge().root_id(), "0064.020000000001");
  ASSERT_EQ(status.ports_size(), 2);
  EXPECT_EQ(status.ports(0).name(), "eth1");
  EXPECT_EQ(status.ports(0).peer(), "");
  EXPECT_EQ(status.ports(0).state(), "forwarding");
  EXPECT_EQ(status.ports(1).peer(), "mesh-b");
  EXPECT_EQ(status.ports(1).state(), "blocking");
}

}  // namespace
}  // namespace wgmesh::kernel_reading_test
