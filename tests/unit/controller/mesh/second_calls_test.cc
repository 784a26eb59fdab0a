#include "controller/mesh/second_calls.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgmesh::second_calls_test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

using Links = std::vector<LinkName>;

class Calling : public testing::Test {
 protected:
  // At `after` the start. What is due is made at once.
  SecondCalls::Calls due(std::chrono::milliseconds after, const Links& silent) {
    const auto now = SecondCalls::Clock::time_point(1h) + after;
    auto calls = calls_.due(silent, now);
    if (!calls.empty()) { calls_.made(now); }
    return calls;
  }

  SecondCalls calls_;
};

TEST_F(Calling, BeginsAfterTwoSecondsOfSilence) {
  EXPECT_THAT(due(0s, {{"a", "b"}}), IsEmpty());
  EXPECT_THAT(due(1999ms, {{"a", "b"}}), IsEmpty());
  EXPECT_THAT(due(2s, {{"a", "b"}}), ElementsAre(Pair("a", ElementsAre("b"))));
}

TEST_F(Calling, IsDoneByTheTwoEndsInTurn) {
  const Links silent = {{"a", "b"}, {"a", "c"}};
  due(0s, silent);
  EXPECT_THAT(due(2s, silent), ElementsAre(Pair("a", ElementsAre("b", "c"))));
  EXPECT_THAT(due(3s, silent), IsEmpty());
  EXPECT_THAT(due(4s, silent),
              ElementsAre(Pair("b", ElementsAre("a")), Pair("c", ElementsAre("a"))));
  EXPECT_THAT(due(6s, silent), ElementsAre(Pair("a", ElementsAre("b", "c"))));
}

TEST_F(Calling, WaitsWhileHandshakesAreMade) {
  const Links all = {{"a", "b"}, {"a", "c"}, {"b", "c"}};
  for (std::size_t left = all.size(); left > 0; --left) {
    const auto after = 1500ms * static_cast<int>(all.size() - left);
    EXPECT_THAT(due(after, {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(left)}),
                IsEmpty());
  }
  EXPECT_THAT(due(5s, {{"a", "b"}}), SizeIs(1));
}

TEST_F(Calling, EndsWithTheSilence) {
  due(0s, {{"a", "b"}});
  EXPECT_THAT(due(2s, {}), IsEmpty());
  EXPECT_THAT(due(9s, {}), IsEmpty());
}

TEST_F(Calling, LetsTheOtherEndWaitUntilTheFirstHasCalled) {
  const Links silent = {{"a", "b"}};
  due(0s, silent);
  calls_.due(silent, SecondCalls::Clock::time_point(1h) + 2s);
  calls_.made(SecondCalls::Clock::time_point(1h) + 5s);
  EXPECT_THAT(due(6s, silent), IsEmpty());
  EXPECT_THAT(due(7s, silent), SizeIs(1));
}

// A node may say now that it has heard a peer, and then that it has not.
TEST_F(Calling, IsNotPutOffByALinkThatComesBack) {
  due(0s, {{"a", "b"}, {"a", "c"}});
  due(1s, {{"a", "b"}});
  due(2s, {{"a", "b"}, {"a", "c"}});
  EXPECT_THAT(due(3s, {{"a", "b"}}), SizeIs(1));
}

Links links_of_one(int peers) {
  Links links;
  for (int i = 0; i < peers; ++i) { links.emplace_back("a", fmt::format("b{}", i)); }
  return links;
}

TEST_F(Calling, ANodeCallsAFewAtATime) {
  due(0s, links_of_one(100));
  EXPECT_THAT(due(2s, links_of_one(100)), ElementsAre(Pair("a", SizeIs(32))));
}

TEST_F(Calling, ANodeIsCalledByAFewAtATime) {
  due(0s, links_of_one(100));
  due(2s, links_of_one(100));
  EXPECT_THAT(due(4s, links_of_one(100)), SizeIs(32));
}

}  // namespace
}  // namespace wgmesh::second_calls_test
