// What a running node does for each kind of edit of mesh.yaml: the operations of `sync`, each on
// one line, and nothing beside them. An interface that goes down, or a peer that is made anew,
// would cost traffic of pairs that the edit does not concern.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/state/diff.h"
#include "common/naming.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/fake_kernel.h"

namespace wgmesh::least_change_test {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

State with_ports(State state) {
  state.foreign_ports["eth1"] = {.master = "", .mtu = 1500, .up = true};
  return state;
}

// The operations that lead from the example to `plan`, which they do.
std::vector<std::string> changes_to(const proto::Plan& plan, const proto::Plan& from) {
  const State desired = example_state(plan);
  const State observed = with_ports(example_state(from));
  const std::vector<Operation> operations = diff(desired, observed);
  FakeKernel kernel;
  kernel.put(observed);
  kernel.apply(operations, {});
  EXPECT_TRUE(matches(desired, kernel.observe({"test", {}, {"eth1"}}).state));
  std::vector<std::string> lines;
  for (const Operation& operation : operations) { lines.push_back(describe(operation)); }
  return lines;
}

std::vector<std::string> changes_to(const proto::Plan& plan) {
  return changes_to(plan, example_plan());
}

std::string key_of(const proto::Peer& peer) {
  return to_base64(public_key_from(peer.public_key()).value());
}

TEST(LeastChange, ANodeIsAdded) {
  proto::Plan before = example_plan();
  const proto::Peer added = before.peers(1);
  before.mutable_peers()->DeleteSubrange(1, 1);
  const auto lines = changes_to(example_plan(), before);
  EXPECT_THAT(lines, Each(testing::AnyOf(HasSubstr("gt-test-mesh2"), HasSubstr(key_of(added)))));
  EXPECT_THAT(lines, Each(Not(HasSubstr(" del "))));
}

TEST(LeastChange, ANodeIsRemoved) {
  proto::Plan plan = example_plan();
  const std::string key = key_of(plan.peers(1));
  plan.mutable_peers()->DeleteSubrange(1, 1);
  EXPECT_THAT(changes_to(plan),
              ElementsAre("ip link set gt-test-mesh2 nomaster down",
                          "wg set wg-test peer " + key + " allowed-ips \"\"",
                          "wg set wg-test peer " + key + " remove", "ip link del gt-test-mesh2"));
}

TEST(LeastChange, AnEndpointMoves) {
  const proto::Plan plan = example_plan();
  State desired = example_state(plan);
  const PublicKey mesh1 = public_key_from(plan.peers(0).public_key()).value();
  desired.wireguard->peers.at(mesh1).endpoint = parse_socket_address("198.51.100.7:51820");
  const auto operations = diff(desired, example_state(plan));
  ASSERT_EQ(operations.size(), 1u);
  EXPECT_EQ(describe(operations[0]),
            "wg set wg-test peer " + to_base64(mesh1) + " endpoint 198.51.100.7:51820");
}

TEST(LeastChange, TheListenPortChanges) {
  proto::Plan plan = example_plan();
  plan.mutable_device()->set_listen_port(51900);
  EXPECT_THAT(changes_to(plan), ElementsAre("wg set wg-test listen-port 51900"));
}

TEST(LeastChange, TheKeepaliveChanges) {
  proto::Plan plan = example_plan();
  std::vector<std::string> expected;
  for (proto::Peer& peer : *plan.mutable_peers()) {
    peer.set_persistent_keepalive(10);
    expected.push_back("wg set wg-test peer " + key_of(peer) + " persistent-keepalive 10");
  }
  EXPECT_THAT(changes_to(plan), ::testing::UnorderedElementsAreArray(expected));
}

TEST(LeastChange, ThePriorityChanges) {
  proto::Plan plan = example_plan();
  plan.mutable_bridge()->set_priority(100);
  EXPECT_THAT(changes_to(plan), ElementsAre("ip link set br-test type bridge priority 100"));
}

TEST(LeastChange, TimersChange) {
  proto::Plan plan = example_plan();
  plan.mutable_bridge()->set_forward_delay(15);
  plan.mutable_bridge()->set_hello_time(2);
  plan.mutable_bridge()->set_max_age(20);
  plan.mutable_bridge()->set_ageing(300);
  const auto lines = changes_to(plan);
  EXPECT_THAT(lines, ElementsAre(HasSubstr("ip link set br-test type bridge")));
}

TEST(LeastChange, TheMtuChanges) {
  for (const int by : {-50, 50}) {
    proto::Plan plan = example_plan();
    plan.mutable_device()->set_mtu(static_cast<std::uint32_t>(1420 + by));
    plan.set_segment_mtu(static_cast<std::uint32_t>(1362 + by));
    const auto lines = changes_to(plan);
    EXPECT_EQ(lines.size(), 5u);  // device, bridge, three ports
    EXPECT_THAT(lines, Each(AllOf(HasSubstr("ip link set "), HasSubstr(" mtu "))));
    EXPECT_THAT(lines, Each(Not(testing::AnyOf(HasSubstr(" up"), HasSubstr(" down")))));
  }
}

TEST(LeastChange, TheAddressChanges) {
  proto::Plan plan = example_plan();
  plan.mutable_bridge()->set_addresses(0, "fd00:0:0:1::9/64");
  EXPECT_THAT(changes_to(plan), ElementsAre(HasSubstr("address add fd00:0:0:1::9/64 dev br-test"),
                                            HasSubstr("address del fd00:0:0:1::1/64 dev br-test")));
}

TEST(LeastChange, ABridgePortJoins) {
  proto::Plan plan = example_plan();
  plan.add_bridge_ports("eth1");
  EXPECT_THAT(changes_to(plan), ElementsAre("ip link set eth1 mtu 1362 master br-test"));
}

TEST(LeastChange, TheUnderlayMovesWithinItsFamily) {
  proto::Plan plan = example_plan();
  const Prefix underlay = parse_prefix("fd77::/64").value();
  plan.mutable_device()->set_inner_address(to_text(inner_address("test", "mesh0", underlay)));
  for (proto::Peer& peer : *plan.mutable_peers()) {
    peer.set_inner_address(to_text(inner_address("test", peer.node(), underlay).address));
  }
  const auto lines = changes_to(plan);
  // Tunnels get other ends and stay ports; peers get other allowed IPs and keep their sessions.
  EXPECT_THAT(lines, Each(Not(testing::AnyOf(HasSubstr("link add"), HasSubstr("link del"),
                                             HasSubstr("master"), HasSubstr(" down"),
                                             HasSubstr(" remove"), HasSubstr("br-test")))));
}

TEST(LeastChange, APeerIsInstalledAnew) {
  proto::Plan plan = example_plan();
  const std::string old_key = key_of(plan.peers(0));
  plan.mutable_peers(0)->set_public_key(std::string(kKeySize, 9));
  const std::string new_key = key_of(plan.peers(0));
  EXPECT_THAT(changes_to(plan),
              Each(AllOf(HasSubstr("wg set wg-test peer "),
                         testing::AnyOf(HasSubstr(old_key), HasSubstr(new_key)))));
}

}  // namespace
}  // namespace wgmesh::least_change_test
