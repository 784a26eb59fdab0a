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

void say(const std::string& line) { std::fprintf(stderr, "%s; ", line.c_str()); }

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
              "every node undoes.*interrupted again");
  EXPECT_EXIT(interrupt_twice(Phase::kCommitting), ExitedWithCode(130),
              "finishing.*interrupted again");
}

void interrupt_twice_while_nodes_commit(int exit_code) {
  Signals signals(say);
  signals.tell_left_with([&] { return Signals::Left{"new: a; not known: b", exit_code}; });
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
                "finishing.*interrupted again.*new: a; not known: b");
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
              "nothing has changed on any node");
  EXPECT_EXIT(ignore_the_interrupt(Phase::kInDoubt), ExitedWithCode(6),
              "nodes are in different states");
  EXPECT_EXIT(ignore_the_interrupt(Phase::kChanged), ExitedWithCode(130), "was not waited for");
}

}  // namespace
}  // namespace wgmesh::signals_test
