// Ctrl-C once and twice. Where the program leaves at once it does so in a process of its own.
#include "controller/signals.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <string>
#include <thread>

namespace wgmesh::signals_test {
namespace {

using testing::ExitedWithCode;
using Phase = Signals::Phase;

void say(const Said& said) { std::fprintf(stderr, "%s %s; ", said.id.c_str(), said.text.c_str()); }

void press_ctrl_c() { ::kill(::getpid(), SIGINT); }

void await(const std::atomic<bool>& condition) {
  while (!condition) { std::this_thread::yield(); }
}

// One Ctrl-C in `phase`; returns once all waits were told to end.
void interrupt_once(Phase phase, bool expect_end_of_waits) {
  Signals signals(say);
  std::atomic<bool> ended = false;
  signals.enter(phase);
  signals.end_waits_with([&] { ended = true; });
  press_ctrl_c();
  while (!signals.requested()) { std::this_thread::yield(); }
  if (expect_end_of_waits) { await(ended); }
  EXPECT_EQ(signals.interrupt().is_set(), expect_end_of_waits);
  signals.end_waits_with({});
}

TEST(Signals, TheFirstEndsEveryWaitWhileNothingIsCommitted) {
  interrupt_once(Phase::kNothingChanged, true);
  interrupt_once(Phase::kApplying, true);
}

TEST(Signals, TheFirstOneOnlyWaitsWhileNodesCommit) { interrupt_once(Phase::kCommitting, false); }

void interrupt_twice(Phase phase) {
  Signals signals(say);
  signals.enter(phase);
  press_ctrl_c();
  while (!signals.requested()) { std::this_thread::yield(); }
  press_ctrl_c();
  for (;;) { ::pause(); }
}

TEST(SignalsDeathTest, TheSecondLeavesTheNodesToTheirTimers) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(interrupt_twice(Phase::kApplying), ExitedWithCode(130),
              "interrupt-undoing .*every node undoes.*interrupt-repeated interrupted again");
  EXPECT_EXIT(interrupt_twice(Phase::kCommitting), ExitedWithCode(130),
              "interrupt-too-late .*finishing.*interrupted again");
}

void interrupt_twice_while_nodes_commit(int exit_code) {
  Signals signals(say);
  signals.tell_left_with([&] {
    return Signals::Left{{"some-id", "new: a; not known: b", ""}, exit_code};
  });
  ASSERT_TRUE(signals.enter_commit());
  press_ctrl_c();
  while (!signals.requested()) { std::this_thread::yield(); }
  press_ctrl_c();
  for (;;) { ::pause(); }
}

TEST(SignalsDeathTest, TheSecondSaysWhatNodesAreAndTheExitCodeFollows) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  for (const int code : {0, 6}) {
    EXPECT_EXIT(interrupt_twice_while_nodes_commit(code), ExitedWithCode(code),
                "finishing.*interrupted again.*some-id new: a; not known: b");
  }
}

TEST(Signals, NothingIsCommittedOnceTheUserHasInterrupted) {
  Signals signals(say);
  signals.enter(Phase::kApplying);
  press_ctrl_c();
  while (!signals.requested()) { std::this_thread::yield(); }
  EXPECT_FALSE(signals.enter_commit());
}

void ignore_the_interrupt(Phase phase) {
  Signals signals(say);
  signals.enter(phase);
  press_ctrl_c();
  for (;;) { ::pause(); }
}

TEST(SignalsDeathTest, LeavesInBoundedTimeWhereThereIsNothingToUndo) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(ignore_the_interrupt(Phase::kNothingChanged), ExitedWithCode(130),
              "interrupt-nothing-changed .*nothing has changed on any node");
  EXPECT_EXIT(ignore_the_interrupt(Phase::kInDoubt), ExitedWithCode(6),
              "interrupt-in-doubt .*nodes are in different states");
  EXPECT_EXIT(ignore_the_interrupt(Phase::kChanged), ExitedWithCode(130),
              "interrupt-while-waiting .*was not waited for");
}

TEST(Left, SaysWhatHasBecomeOfEachNodeThatWasToCommit) {
  const Signals::Left all = left_of({{"a", true}, {"b", true}});
  EXPECT_EQ(all.said.text, "all nodes have committed");
  EXPECT_EQ(all.said.id, "interrupt-all-committed");
  EXPECT_EQ(all.exit_code, 0);
  const Signals::Left some = left_of({{"a", true}, {"b", false}});
  EXPECT_EQ(some.said.text,
            "new: a; not known: b; look with `mesh info`, the next `mesh up` mends it");
  EXPECT_EQ(some.said.id, "interrupt-outcome-unknown");
  EXPECT_EQ(some.exit_code, 6);
  EXPECT_EQ(left_of({{"b", false}}).said.text,
            "not known: b; look with `mesh info`, the next `mesh up` mends it");
}

}  // namespace
}  // namespace wgmesh::signals_test
