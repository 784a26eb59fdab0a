#include "agent/change/transaction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/rehearsed_change.h"
#include "tests/support/agent/test_node.h"

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

}  // namespace
}  // namespace wgmesh::transaction_test
