// /etc/hosts as a part of a change: when it is refused, and when it is left out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "agent/change/drift.h"
#include "agent/change/hosts_change.h"
#include "agent/change/proposal.h"
#include "agent/change/refused.h"
#include "agent/change/transaction.h"
#include "agent/state/hosts_block.h"
#include "agent/store/journal.h"
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
  // `meanwhile`: what happens between apply and commit. Returns what the commit leaves.
  std::optional<Said> apply(
      const Proposal& proposal, bool list_was_shown = true,
      const std::function<void()>& meanwhile = [] {}) {
    TransactionSetup setup{"test", "root@test"};
    setup.list_was_shown = list_was_shown;
    const Store store = node_.store();
    Transaction transaction(node_.kernel, store, std::move(setup));
    transaction.apply(proposal, {});
    transaction.hold();
    meanwhile();
    return transaction.commit();
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
  EXPECT_EQ(hosts(), kDamaged);
}

TEST_F(HostsChange, KeepsNobodyWhoWantsNoNamesFromAnything) {
  change(up_);
  node_.kernel.hosts_file = kDamaged;
  Proposal proposal = propose(goal_of(proto::REMOVE));
  EXPECT_THAT(proposal.notes, testing::ElementsAre(HasSubstr("/etc/hosts stays as it is: ")));
  EXPECT_FALSE(apply(proposal));
  EXPECT_FALSE(node_.kernel.interfaces().contains("br-test"));
  EXPECT_EQ(hosts(), kDamaged);

  node_.kernel.hosts_file = kOthers;
  change(up_);
  const std::string with_block = hosts();
  node_.kernel.is_hosts_fixed = true;
  proposal = propose(goal_of(proto::DOWN));
  EXPECT_THAT(proposal.notes, testing::ElementsAre(HasSubstr("Read-only file system")));
  EXPECT_FALSE(apply(proposal));
  EXPECT_FALSE(node_.kernel.interfaces().contains("br-test"));
  EXPECT_EQ(hosts(), with_block);
}

TEST_F(HostsChange, ThatFailsAtTheCommitLeavesNoInterfaceBehind) {
  change(up_);
  const std::optional<Said> left =
      apply(propose(goal_of(proto::DOWN)), true, [&] { node_.kernel.is_hosts_fixed = true; });
  ASSERT_TRUE(left);
  EXPECT_EQ(left->id, "hosts-not-written");
  EXPECT_FALSE(node_.kernel.interfaces().contains("br-test"));
  EXPECT_FALSE(Journal(node_.store(), "test").open());
  node_.kernel.is_hosts_fixed = false;
  change(goal_of(proto::DOWN));
  EXPECT_EQ(hosts(), kOthers);
}

TEST_F(HostsChange, ThatCannotBeUndoneLeavesNoInterfaceBehind) {
  const Store store = node_.store();
  {
    Transaction transaction(node_.kernel, store, {"test", "root@test"});
    transaction.apply(propose(up_), {});
    EXPECT_TRUE(node_.kernel.interfaces().contains("br-test"));
    node_.kernel.is_hosts_fixed = true;
  }
  EXPECT_FALSE(node_.kernel.interfaces().contains("br-test"));
  EXPECT_FALSE(Journal(store, "test").open());
}

TEST_F(HostsChange, IsRefusedIfTheFileIsFixedAndWouldChange) {
  node_.kernel.is_hosts_fixed = true;
  expect_refused(up_, "hosts-file-fixed");
  change(goal_of(plan_with_addresses()));
  node_.kernel.is_hosts_fixed = false;
  change(up_);
  node_.kernel.is_hosts_fixed = true;
  EXPECT_TRUE(propose(up_).changes_nothing());
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

TEST_F(HostsChange, IsWrittenBehindARestore) {
  change(up_);
  const std::string good = hosts();
  node_.kernel.interfaces().clear();
  node_.kernel.hosts_file = kOthers;
  WantedChange restore = up_;
  restore.restores = true;
  Proposal proposal = propose(restore);
  const std::optional<HostsBlock> names = take_out_hosts(proposal);
  apply(proposal, false);
  EXPECT_TRUE(node_.kernel.interfaces().contains("br-test"));
  EXPECT_EQ(hosts(), kOthers);
  EXPECT_FALSE(change_hosts(node_.kernel, proposal.scope, proposal.observed.hosts, names));
  EXPECT_EQ(hosts(), good);
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
