// /etc/hosts as a part of a change: when it is refused, and when it is left out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/change/drift.h"
#include "agent/change/proposal.h"
#include "agent/change/refused.h"
#include "agent/change/transaction.h"
#include "agent/state/hosts_block.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/rehearsed_change.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::hosts_change_test {
namespace {

using testing::HasSubstr;
using testing::Property;
using testing::Throws;

const std::string kOthers = "127.0.0.1 localhost\n";
const std::string kDamaged = kOthers + "# BEGIN wgmesh test\n";

proto::Plan plan_with_names() {
  proto::Plan plan = plan_with_addresses();
  plan.add_needs("hosts");
  proto::Host& host = *plan.add_hosts();
  host.set_node("mesh0");
  host.add_addresses("fd00:0:0:1::1");
  return plan;
}

class HostsChange : public testing::Test {
 protected:
  HostsChange() { node_.kernel.hosts_file = kOthers; }

  Proposal propose(const WantedChange& goal) {
    return make_proposal(node_.kernel, node_.store(), "test", goal);
  }
  void apply(const Proposal& proposal, bool list_was_shown = true) {
    TransactionSetup setup{"test", "root@test"};
    setup.list_was_shown = list_was_shown;
    const Store store = node_.store();
    Transaction transaction(node_.kernel, store, std::move(setup));
    transaction.apply(proposal, {});
    transaction.hold();
    transaction.commit();
  }
  void change(const WantedChange& goal) { apply(propose(goal)); }
  void expect_refused(const WantedChange& goal, const std::string& id) {
    EXPECT_THAT([&] { propose(goal); }, Throws<Refused>(Property(&Error::id, id)));
  }
  std::string hosts() { return node_.kernel.hosts_file.value_or("(none)"); }

  const WantedChange up_ = goal_of(plan_with_names());
  TestNode node_;
};

TEST_F(HostsChange, ComesWithUpAndGoesWithDown) {
  change(up_);
  EXPECT_EQ(hosts(), kOthers +
                         "# BEGIN wgmesh test: wgmesh-agent writes these lines\n"
                         "fd00:0:0:1::1  mesh0 mesh0.test\n"
                         "# END wgmesh test\n");
  EXPECT_TRUE(propose(up_).changes_nothing());
  change(goal_of(proto::DOWN));
  EXPECT_EQ(hosts(), kOthers);
  change(up_);
  change(goal_of(plan_with_addresses()));  // the key was taken out of the mesh file
  EXPECT_EQ(hosts(), kOthers);
}

TEST_F(HostsChange, IsDriftAndMended) {
  change(up_);
  const std::string good = hosts();
  node_.kernel.hosts_file = with_hosts_block(good, {"test", {"192.0.2.66  mesh0 mesh0.test"}});
  const Drift drift =
      drift_of(node_.kernel.read("test", false), node_.store().load("test"), node_.store(), "test");
  ASSERT_TRUE(drift.operations);
  EXPECT_THAT(*drift.operations, testing::ElementsAre("/etc/hosts: 1 line for test"));
  change(up_);
  EXPECT_EQ(hosts(), good);
}

TEST_F(HostsChange, IsRefusedIfTheBlockIsDamaged) {
  node_.kernel.hosts_file = kDamaged;
  expect_refused(up_, "hosts-block-damaged");
  expect_refused(goal_of(proto::REMOVE), "hosts-block-damaged");
  EXPECT_EQ(hosts(), kDamaged);
}

TEST_F(HostsChange, IsRefusedIfTheFileIsFixedAndWouldChange) {
  node_.kernel.is_hosts_fixed = true;
  expect_refused(up_, "hosts-file-fixed");
  change(goal_of(plan_with_addresses()));
  node_.kernel.is_hosts_fixed = false;
  change(up_);
  node_.kernel.is_hosts_fixed = true;
  EXPECT_TRUE(propose(up_).changes_nothing());
  expect_refused(goal_of(proto::DOWN), "hosts-file-fixed");
}

// A mesh without names is better than none.
TEST_F(HostsChange, IsLeftOutOfARestoreThatCannotHaveIt) {
  change(up_);
  node_.kernel.interfaces().clear();
  WantedChange restore = up_;
  restore.restores = true;
  EXPECT_FALSE(propose(restore).hosts_left_out);
  node_.kernel.hosts_file = kDamaged;
  const Proposal proposal = propose(restore);
  ASSERT_TRUE(proposal.hosts_left_out);
  EXPECT_EQ(proposal.hosts_left_out->id, "hosts-block-damaged");
  apply(proposal, false);
  EXPECT_EQ(hosts(), kDamaged);
  EXPECT_TRUE(node_.kernel.interfaces().contains("br-test"));
  const Drift drift =
      drift_of(node_.kernel.read("test", false), node_.store().load("test"), node_.store(), "test");
  ASSERT_TRUE(drift.obstacle);
  EXPECT_EQ(drift.obstacle->id, "hosts-block-damaged");

  node_.kernel.hosts_file = kOthers;
  node_.kernel.is_hosts_fixed = true;
  ASSERT_TRUE(propose(restore).hosts_left_out);
  EXPECT_THAT(propose(restore).hosts_left_out->text, HasSubstr("Read-only file system"));
}

// As nodes in network namespaces of one machine do.
TEST_F(HostsChange, IsDoneAlreadyWhereNodesShareTheFile) {
  const Proposal proposal = propose(up_);
  node_.kernel.hosts_file = with_hosts_block(kOthers, *proposal.desired.hosts);
  const std::string written = hosts();
  apply(proposal);
  EXPECT_EQ(hosts(), written);
}

}  // namespace
}  // namespace wgmesh::hosts_change_test
