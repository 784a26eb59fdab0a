// From the nodes' promises to the last commit: when the fleet commits, and what is said of a node
// that did not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "controller/fleet/transaction.h"
#include "tests/support/controller/scripted_fleet.h"

namespace wgmesh::transaction_hold_test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using Body = proto::ToAgent;

proto::FromAgent held() {
  proto::FromAgent frame;
  frame.mutable_held();
  return frame;
}

proto::FromAgent undone(const std::string& error = {}) {
  proto::FromAgent frame;
  frame.mutable_undone()->set_error(error);
  return frame;
}

class AHold : public testing::Test, protected ScriptedFleet {
 protected:
  AHold() {
    request_.apply_silence = 300ms;
    request_.clock = [this] { return BootClock::now() + stood_still_.load(); };
  }

  TransactionResult run() {
    Fleet fleet(
        nodes_,
        [&](const Node& node) {
          return std::make_unique<Session>(std::make_unique<ScriptedAgent>(scripts_[node.name]), "",
                                           silence_);
        },
        heartbeat_, beats_unanswered_for_);
    return run_transaction(fleet, mesh_, nodes_, request_, hooks_);
  }

  void answer(const std::string& node, Body::BodyCase body, std::vector<proto::FromAgent> frames) {
    scripts_[node].answers[body] = [frames](const proto::ToAgent&) { return frames; };
  }

  void expect_no_commit(const TransactionResult& result, int exit_code) {
    EXPECT_EQ(result.exit_code(), exit_code);
    for (const char* node : {"a", "b", "c"}) {
      EXPECT_FALSE(scripts_[node].saw(Body::kCommit)) << node;
    }
    EXPECT_EQ(outcome(result, "a"), Outcome::kUndone);
    EXPECT_EQ(outcome(result, "c"), Outcome::kUndone);
  }
  Outcome outcome(const TransactionResult& result, const char* node) {
    return result.nodes.at(node).outcome;
  }

  std::chrono::milliseconds silence_ = 300ms;
  std::chrono::milliseconds heartbeat_ = 5s;
  std::chrono::milliseconds beats_unanswered_for_ = 60s;
  std::atomic<std::chrono::milliseconds> stood_still_ = 0ms;  // the controller
  TransactionRequest request_;
  TransactionHooks hooks_;
};

TEST_F(AHold, IsAskedOfEveryNodeBeforeAnyCommits) {
  std::atomic<int> holds = 0;
  std::atomic<int> early = 0;
  for (auto& [name, script] : scripts_) {
    script.answers[Body::kHold] = [&](const proto::ToAgent&) {
      ++holds;
      return std::vector{held()};
    };
    script.answers[Body::kCommit] = [&](const proto::ToAgent&) {
      if (holds != 3) { ++early; }
      proto::FromAgent committed;
      committed.mutable_committed();
      return std::vector{committed};
    };
  }
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 0);
  EXPECT_EQ(early, 0);
  EXPECT_TRUE(scripts_["a"].last(Body::kOpen).open().holds());
  ASSERT_TRUE(result.commit_window);
  EXPECT_GE(result.commit_window->count(), 0);
}

TEST_F(AHold, OfAnAgentThatDoesNotKnowItIsRefusedAtHello) {
  scripts_["b"].knows_hold = false;
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 1);
  EXPECT_THAT(result.nodes.at("b").failure->cure, HasSubstr("of one release"));
  EXPECT_EQ(result.nodes.at("b").failure->id, "agent-cannot-hold");
  EXPECT_FALSE(scripts_["a"].saw(Body::kPropose));
}

TEST_F(AHold, ThatANodeRefusesUndoesEverywhere) {
  answer("b", Body::kHold, {error_frame("hold", "the kernel differs", true)});
  const TransactionResult result = run();
  expect_no_commit(result, 1);
  EXPECT_EQ(outcome(result, "b"), Outcome::kUndone);
  EXPECT_EQ(result.nodes.at("b").failure->message, "the kernel differs");
}

TEST_F(AHold, ThatANodeRefusesTellsWhoCannotUndo) {
  answer("b", Body::kHold, {error_frame("hold", "the kernel differs", true)});
  answer("a", Body::kUndo, {undone("Device or resource busy")});
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 6);
  EXPECT_EQ(outcome(result, "a"), Outcome::kUnknown);
  ASSERT_TRUE(result.nodes.at("a").failure);
  EXPECT_EQ(result.nodes.at("a").failure->message, "Device or resource busy");
  EXPECT_EQ(result.nodes.at("a").failure->id, "node-undo-failed");
}

TEST_F(AHold, ThatANodeDoesNotAnswerUndoesEverywhereElse) {
  request_.confirm_timeout = 1;
  answer("b", Body::kHold, {});
  const TransactionResult result = run();
  expect_no_commit(result, 6);
  EXPECT_EQ(outcome(result, "b"), Outcome::kUnknown);
}

TEST_F(AHold, OfANodeThatHasUndoneByItselfIsNone) {
  answer("b", Body::kHold, {undone()});
  expect_no_commit(run(), 1);
}

// What has arrived behind the promise counts more than the promise.
TEST_F(AHold, IsVoidWhenTheNodeHasUndoneSince) {
  answer("b", Body::kHold, {held(), undone()});
  const TransactionResult result = run();
  expect_no_commit(result, 1);
  EXPECT_EQ(outcome(result, "b"), Outcome::kUndone);
  EXPECT_THAT(result.nodes.at("b").failure->message, HasSubstr("undid the change by itself"));
}

TEST_F(AHold, IsVoidWhenTheNodeHasFailedSince) {
  answer("b", Body::kHold, {held(), error_frame("call", "out of memory", true)});
  expect_no_commit(run(), 1);
}

TEST_F(AHold, IsVoidWhenTheStreamHasEndedSince) {
  scripts_["b"].ends_after = {Body::kHold};
  const TransactionResult result = run();
  expect_no_commit(result, 6);
  EXPECT_EQ(outcome(result, "b"), Outcome::kUnknown);
}

// A node that has nothing to do, and is lost, is a no as well.
TEST_F(AHold, IsVoidWhenANodeThatHasNothingToDoIsLost) {
  proto::FromAgent nothing;
  nothing.mutable_changes();
  answer("b", Body::kPropose, {nothing});
  scripts_["b"].ends_after = {Body::kPropose};
  expect_no_commit(run(), 4);
}

// ---- a controller that stood still ----

TEST_F(AHold, IsTooOldWhenHalfOfItIsOver) {
  request_.confirm_timeout = 10;
  for (const char* node : {"a", "b", "c"}) {
    scripts_[node].answers[Body::kHold] = [&](const proto::ToAgent&) {
      stood_still_ = 5001ms;  // after hold was sent, before its answer is read
      return std::vector{held()};
    };
  }
  const TransactionResult result = run();
  expect_no_commit(result, 1);
  EXPECT_EQ(outcome(result, "b"), Outcome::kUndone);
  ASSERT_EQ(result.faults.size(), 1u);
  EXPECT_EQ(result.faults[0].id, "change-commit-too-late");
  EXPECT_THAT(result.faults[0].text, HasSubstr("too late to commit"));
}

TEST_F(AHold, IsGoodForTheFirstHalf) {
  request_.confirm_timeout = 10;
  scripts_["b"].answers[Body::kHold] = [&](const proto::ToAgent&) {
    stood_still_ = 3000ms;
    return std::vector{held()};
  };
  EXPECT_EQ(run().exit_code(), 0);
}

// All have undone while it stood still in the apply barrier; they said so, and have ended.
TEST_F(AHold, IsNotEvenAskedOfNodesThatHaveUndone) {
  for (const char* node : {"a", "b"}) {
    proto::FromAgent applied;
    applied.mutable_applied();
    answer(node, Body::kApply, {applied, undone()});
    scripts_[node].ends_after = {Body::kApply};
  }
  const TransactionResult result = run();
  expect_no_commit(result, 1);
  EXPECT_EQ(outcome(result, "b"), Outcome::kUndone);
}

// ---- after the decision ----

TEST_F(AHold, EveryCommitIsSentBeforeAnyAnswerIsRead) {
  std::atomic<int> told = 0;
  std::atomic<int> told_early = 0;
  hooks_.committed = [&](const Node&) { ++told; };
  scripts_["b"].answers[Body::kCommit] = [&](const proto::ToAgent&) {
    std::this_thread::sleep_for(100ms);
    told_early = told.load();
    proto::FromAgent committed;
    committed.mutable_committed();
    return std::vector{committed};
  };
  EXPECT_EQ(run().exit_code(), 0);
  EXPECT_EQ(told_early, 0);
  EXPECT_EQ(told, 3);
}

TEST_F(AHold, UndoneWhereCommittedWasDueIsUndone) {
  answer("b", Body::kCommit, {undone()});
  const TransactionResult result = run();
  EXPECT_EQ(outcome(result, "a"), Outcome::kApplied);
  EXPECT_EQ(outcome(result, "b"), Outcome::kUndone);
  EXPECT_TRUE(result.in_doubt());
  EXPECT_EQ(result.exit_code(), 6);
}

TEST_F(AHold, ANodeThatCannotCommitAndSaysSoIsUndone) {
  answer("b", Body::kCommit, {error_frame("commit", "Read-only file system", true)});
  const TransactionResult result = run();
  EXPECT_EQ(outcome(result, "b"), Outcome::kUndone);
  EXPECT_EQ(outcome(result, "c"), Outcome::kApplied);
  EXPECT_EQ(result.exit_code(), 6);
}

// It was stopped for three timeouts before the first commit.
TEST_F(AHold, UndoneEverywhereIsAFailureAndNoDoubt) {
  for (const char* node : {"a", "b", "c"}) { answer(node, Body::kCommit, {undone()}); }
  const TransactionResult result = run();
  for (const char* node : {"a", "b", "c"}) { EXPECT_EQ(outcome(result, node), Outcome::kUndone); }
  EXPECT_FALSE(result.in_doubt());
  EXPECT_EQ(result.exit_code(), 1);
}

TEST_F(AHold, AnUndoThatFailedIsUnknown) {
  answer("b", Body::kCommit, {undone("Device or resource busy")});
  const TransactionResult result = run();
  EXPECT_EQ(outcome(result, "b"), Outcome::kUnknown);
  EXPECT_EQ(result.exit_code(), 6);
}

TEST_F(AHold, ACommitThatCannotBeSentKeepsNobodyElseFromIt) {
  scripts_["a"].answers[Body::kCommit] =
      [](const proto::ToAgent&) -> std::vector<proto::FromAgent> {
    throw Unreachable(Said{"", "connection reset by peer", ""});
  };
  const TransactionResult result = run();
  EXPECT_EQ(outcome(result, "a"), Outcome::kUnknown);
  EXPECT_EQ(result.nodes.at("a").failure->message, "connection reset by peer");
  EXPECT_EQ(outcome(result, "b"), Outcome::kApplied);
  EXPECT_EQ(outcome(result, "c"), Outcome::kApplied);
  EXPECT_EQ(result.exit_code(), 6);
}

TEST_F(AHold, IsNotCommittedWhenTheUserHasInterruptedJustBefore) {
  hooks_.committing = [](const std::vector<std::string>&) { return false; };
  const TransactionResult result = run();
  expect_no_commit(result, 130);
  EXPECT_EQ(outcome(result, "b"), Outcome::kUndone);
}

// ---- heartbeats ----

TEST_F(AHold, ANodeThatIsSilentInABarrierEndsTheOthersWork) {
  heartbeat_ = 10ms;
  beats_unanswered_for_ = 60ms;
  request_.apply_silence = silence_ = 20s;
  answer("b", Body::kHeartbeat, {});
  answer("c", Body::kApply, {});
  const auto start = std::chrono::steady_clock::now();
  const TransactionResult result = run();
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
  expect_no_commit(result, 6);
  EXPECT_EQ(outcome(result, "b"), Outcome::kUnknown);
  EXPECT_THAT(result.nodes.at("b").failure->message, HasSubstr("no sign of life"));
  EXPECT_EQ(result.nodes.at("b").failure->id, "node-no-sign-of-life");
  EXPECT_FALSE(result.nodes.at("c").failure);
  EXPECT_FALSE(result.interrupted);
}

TEST_F(AHold, ANodeThatFailsToApplyEndsTheOthersWork) {
  request_.apply_silence = silence_ = 20s;
  answer("b", Body::kApply, {error_frame("ip link add", "File exists", true)});
  answer("c", Body::kApply, {});
  const auto start = std::chrono::steady_clock::now();
  expect_no_commit(run(), 1);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
}

TEST_F(AHold, ANodeThatUndoesInABarrierEndsTheOthersWork) {
  heartbeat_ = 10ms;
  request_.apply_silence = silence_ = 20s;
  proto::FromAgent applied;
  applied.mutable_applied();
  answer("b", Body::kApply, {applied, undone()});
  answer("c", Body::kApply, {});
  const TransactionResult result = run();
  expect_no_commit(result, 1);
  EXPECT_EQ(outcome(result, "b"), Outcome::kUndone);
}

}  // namespace
}  // namespace wgmesh::transaction_hold_test
