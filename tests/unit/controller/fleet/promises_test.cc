#include "controller/fleet/promises.h"

#include <gtest/gtest.h>

namespace wgmesh::promises_test {
namespace {

using namespace std::chrono_literals;

const BootClock::time_point kStart = BootClock::time_point(1000s);

Promise promise_at(std::chrono::milliseconds since, std::chrono::milliseconds answered) {
  return {kStart + since, kStart + answered, std::chrono::steady_clock::time_point(answered)};
}

TEST(Promises, AreStaleWhenMoreThanHalfOfThemIsOver) {
  const Promises promises = {{"a", promise_at(1s, 1s)}, {"b", promise_at(0s, 9s)}};
  EXPECT_EQ(find_stale(promises, kStart + 5s, 10s), std::nullopt);
  EXPECT_EQ(find_stale(promises, kStart + 5001ms, 10s), "b");  // counted from before it was asked
  EXPECT_EQ(find_stale(promises, kStart + 7s, 10s), "a");
  EXPECT_EQ(find_stale({}, kStart, 10s), std::nullopt);
}

TEST(Promises, LeaveDoubtUntilTheLastHasRunOutAndItsNodeHasUndone) {
  const Promises promises = {{"a", promise_at(0s, 4s)}, {"b", promise_at(0s, 2s)}};
  EXPECT_EQ(end_of_doubt(promises, 10s), kStart + 17s);
}

TEST(Promises, TheLastIsTheOneThatWasHeardLast) {
  const Promises promises = {{"a", promise_at(0s, 4s)}, {"b", promise_at(0s, 2s)}};
  EXPECT_EQ(last_heard(promises), std::chrono::steady_clock::time_point(4s));
}

}  // namespace
}  // namespace wgmesh::promises_test
