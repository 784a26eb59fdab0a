// A node that withholds something: a container whose /proc/sys is read-only, a kernel without IPv6,
// a process that may not configure the network.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <functional>

#include "agent/change/refused.h"
#include "agent/commands.h"
#include "agent/privilege.h"
#include "agent/state/diff.h"
#include "agent/state/observation.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::limits_test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string words_of(const proto::Changes& changes) {
  std::string words;
  for (const proto::Change& change : changes.changes()) { words += change.text() + "\n"; }
  return words;
}

proto::Plan ipv4_plan() {
  proto::Plan plan = example_plan(Underlay::kIpv4);
  plan.set_network("10.77.0.0/24");
  plan.mutable_bridge()->clear_addresses();
  plan.mutable_bridge()->add_addresses("10.77.0.1/24");
  for (proto::Peer& peer : *plan.mutable_peers()) { peer.clear_endpoint(); }
  return plan;
}

TEST(ReadOnlySettings, UpWorksAndASecondOneChangesNothing) {
  TestNode node;
  node.kernel.limits.fixed_settings = true;
  const proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  EXPECT_TRUE(node.kernel.interfaces().at("br-test").accepts_router_advertisements);
  TestSession session(node);
  session.open(open_for(plan));
  const auto changes = session.propose(proto::UP, &plan);
  ASSERT_TRUE(changes.has_changes()) << changes.error().message();
  EXPECT_EQ(words_of(changes.changes()), "");
  EXPECT_FALSE(changes.changes().stored_state_changes());
}

TEST(ReadOnlySettings, ArePlannedByNobody) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  for (const bool fixed : {false, true}) {
    node.kernel.limits.fixed_settings = fixed;
    TestSession session(node);
    const std::string words = words_of(session.propose_from_the_start(plan).changes());
    EXPECT_EQ(words.find("sysctl") == std::string::npos, fixed) << words;
  }
}

TEST(ReadOnlySettings, AreWarnedOfOnceAndOnlyWhereAMeshIsPlanned) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  const auto warnings = [&](const proto::Open& open) {
    TestSession session(node);
    const proto::Hello hello = session.open(open);
    EXPECT_EQ(hello.warning_ids_size(), hello.warnings_size());
    for (const std::string& id : hello.warning_ids()) {
      EXPECT_EQ(id, "node-takes-advertisements");
    }
    return std::vector<std::string>(hello.warnings().begin(), hello.warnings().end());
  };
  const auto warned =
      ElementsAre(AllOf(HasSubstr("router advertisements"), HasSubstr("--security-opt unmask=ALL"),
                        HasSubstr("--security-opt systempaths=unconfined"), HasSubstr("compose"),
                        HasSubstr("procMount: Unmasked")));
  EXPECT_THAT(warnings(open_for(plan)), IsEmpty());
  node.kernel.limits.fixed_settings = true;
  EXPECT_THAT(warnings(open_for(plan)), warned);
  bring_up(node, plan);
  EXPECT_THAT(warnings(open_for(plan)), warned);

  proto::Open reads = open_for(plan);
  reads.clear_inner_address();
  reads.set_changes_state(false);
  EXPECT_THAT(warnings(reads), IsEmpty());
}

// As `--sysctl net.ipv6.conf.default.accept_ra=0` makes a container.
TEST(ReadOnlySettings, ThatAreRightAlreadyAreNoReasonToWarn) {
  TestNode node;
  node.kernel.limits.fixed_settings = true;
  node.kernel.new_interfaces_take_advertisements = false;
  const proto::Plan plan = plan_with_addresses();
  TestSession session(node);
  EXPECT_THAT(session.open(open_for(plan)).warnings(), IsEmpty());
  session.close();
  bring_up(node, plan);
  TestSession again(node);
  EXPECT_THAT(again.open(open_for(plan)).warnings(), IsEmpty());
}

TEST(ReadOnlySettings, StandInNobodysWayWhenAChangeIsUndoneOrTheMeshGoes) {
  TestNode node;
  node.kernel.limits.fixed_settings = true;
  const proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  const State before = node.kernel.observe({"test", {}, {}}).state;
  const proto::Plan other = changed(plan);
  {
    TestSession session(node);
    session.open(open_for(other));
    session.make_secrets(other);
    session.propose(proto::UP, &other);
    ASSERT_TRUE(session.apply().has_applied());
    EXPECT_EQ(session.undo().undone().error(), "");
  }
  EXPECT_TRUE(matches(before, node.kernel.observe({"test", {}, {}}).state));
  EXPECT_EQ(run_down(node.this_node, "test", true), 0);
  EXPECT_THAT(node.kernel.interfaces(), IsEmpty());
}

TEST(NoIpv6, AnIpv4MeshComesUpAndGoes) {
  TestNode node;
  node.kernel.limits = {.no_ipv6 = true, .fixed_settings = true};
  const proto::Plan plan = ipv4_plan();
  bring_up(node, plan);
  EXPECT_EQ(node.kernel.interfaces().size(), 5u);
  TestSession session(node);
  EXPECT_THAT(session.open(open_for(plan)).warnings(), IsEmpty());
  const auto changes = session.propose(proto::UP, &plan);
  EXPECT_THAT(words_of(changes.changes()), IsEmpty()) << changes.error().message();
  session.close();
  EXPECT_EQ(run_down(node.this_node, "test", false), 0);
  EXPECT_THAT(node.kernel.interfaces(), IsEmpty());
}

TEST(NoIpv6, NothingThatSpeaksOfItIsPlanned) {
  State now;
  now.limits.no_ipv6 = true;
  const State wanted = example_state(ipv4_plan());
  for (const Operation& operation : diff(wanted, now)) {
    EXPECT_THAT(describe(operation), AllOf(Not(HasSubstr("addrgenmode")), Not(HasSubstr("ipv6"))));
  }
}

TEST(Limits, AreSeenInOneReadingOfTheKernel) {
  KernelReading report;
  report.limits.fixed_settings = true;
  report.new_interfaces_take_advertisements = true;
  const Scope scope{"test", {}, {}};
  EXPECT_TRUE(observation_of(report, scope).takes_advertisements);
  EXPECT_TRUE(observation_of(report, scope).state.limits.fixed_settings);
  report.new_interfaces_take_advertisements = false;
  EXPECT_FALSE(observation_of(report, scope).takes_advertisements);

  InterfaceReport bridge;
  bridge.name = "br-test";
  bridge.kind = "bridge";
  bridge.alias = "wgmesh:test";
  bridge.accepts_router_advertisements = true;
  report.interfaces = {bridge};
  EXPECT_TRUE(observation_of(report, scope).takes_advertisements);
  report.limits.no_ipv6 = true;
  EXPECT_FALSE(observation_of(report, scope).takes_advertisements);
  report.limits = {};
  EXPECT_FALSE(observation_of(report, scope).takes_advertisements);
}

TEST(Privilege, WithoutItASessionIsRefusedBeforeAnythingIsTouched) {
  TestNode node;
  node.this_node.require_privilege = [] {
    throw Refused(Said{"", "the agent lacks the capability NET_ADMIN here", "--cap-add NET_ADMIN"});
  };
  proto::ToAgent message;
  *message.mutable_open() = open_for(plan_with_addresses());
  TestSession session(node);
  const proto::FromAgent answer = session.ask(message);
  ASSERT_TRUE(answer.has_error());
  EXPECT_EQ(answer.error().kind(), proto::Error::REFUSED);
  EXPECT_THAT(answer.error().message(), HasSubstr("NET_ADMIN"));
  EXPECT_THAT(answer.error().cure(), HasSubstr("--cap-add NET_ADMIN"));
  EXPECT_THAT(node.files(), IsEmpty());
}

// Of this process, as long as `act` runs.
void without_net_admin(const std::function<void()>& act) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> before{};
  ASSERT_EQ(::syscall(SYS_capget, &header, before.data()), 0);
  auto less = before;
  less[0].effective &= ~(1u << CAP_NET_ADMIN);
  ASSERT_EQ(::syscall(SYS_capset, &header, less.data()), 0);
  act();
  EXPECT_EQ(::syscall(SYS_capset, &header, before.data()), 0);
}

TEST(Privilege, IsAskedOfTheKernel) {
  without_net_admin([] {
    try {
      require_privilege();
      ADD_FAILURE() << "it is there";
    } catch (const Refused& error) {
      EXPECT_EQ(error.message(), "the agent lacks the capability NET_ADMIN here");
      EXPECT_EQ(error.cure(),
                "start the container with `--cap-add NET_ADMIN` (podman, Docker), `cap_add: "
                "[NET_ADMIN]` (compose) or `securityContext: {capabilities: {add: [NET_ADMIN]}}` "
                "(Kubernetes)");
      EXPECT_EQ(error.id(), "net-admin-missing");
    }
  });
}

}  // namespace
}  // namespace wgmesh::limits_test
