#include "agent/change/transaction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/store/atomic_file.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/rehearsed_change.h"
#include "tests/support/agent/test_node.h"
#include "tests/unit/agent/disk_faults.h"

namespace wgmesh::transaction_test {
namespace {

TEST(Transaction, BeginsNothingWhileAnotherOneIsOpen) {
  TestNode node;
  const Store store = node.store();
  const Proposal proposal = make_proposal(node.kernel, store, "test", goal_of(example_plan()));
  Journal(store, "test").begin({{}, {}, {}, "root@ci7", boot_id()});
  Transaction transaction(node.kernel, store, {"test", "root@ci8"});
  try {
    transaction.apply(proposal, {});
    FAIL() << "a second transaction was begun";
  } catch (const Error& error) {
    EXPECT_THAT(error.message(),
                testing::HasSubstr("an earlier change of this node is still open"));
    EXPECT_EQ(error.id(), "change-still-open");
  }
  EXPECT_EQ(node.kernel.observe({"test", {}, {}}).state, State{});
  EXPECT_EQ(Journal(store, "test").open(), Direction::kUndo);
}

// One wait each: for the journal with all that is staged, for their names, to see that the disk still
// works, and for the commit point.
TEST(Transaction, WaitsFourTimesForTheDisk) {
  for (const RehearsedChange& change : rehearsed_changes(3)) {
    if (!change.commits) { continue; }
    const TemporaryFolder folder;
    make_folder(folder.path() + "/kept");
    NodeUnderChange node(change, folder.path() + "/lib");
    make_folder(node.store.folder("test"));  // else its name is durable first, once for a mesh
    disk::watch(folder.path(), folder.path() + "/kept");
    disk::slow_down(std::chrono::milliseconds(50));
    const Proposal proposal = make_proposal(node.kernel, node.store, "test", change.goal);
    Transaction transaction(node.kernel, node.store, {"test", "root@test"});
    transaction.apply(proposal, {});
    EXPECT_EQ(disk::syncs(), 2U) << change.name;
    transaction.hold();
    EXPECT_EQ(disk::syncs(), 3U) << change.name;
    transaction.commit();
    // Of a removal the end is awaited, too.
    EXPECT_EQ(disk::syncs(), proposal.stored.empty() ? 5U : 4U) << change.name;
    transaction.finish();
    EXPECT_EQ(disk::syncs(), 5U) << change.name;
    disk::stop_watching();
    EXPECT_FALSE(Journal(node.store, "test").open());
  }
}

}  // namespace
}  // namespace wgmesh::transaction_test
