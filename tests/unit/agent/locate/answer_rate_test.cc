#include "agent/locate/answer_rate.h"

#include <gtest/gtest.h>

namespace wgmesh::answer_rate_test {
namespace {

using namespace std::chrono_literals;

TEST(AnswerRate, AllowsTenInAnySecond) {
  AnswerRate rate;
  std::vector<AnswerRate::Time> allowed;
  const AnswerRate::Time start{1h};
  for (auto after = 0ms; after < 10s; after += 7ms) {
    if (rate.allows(start + after)) { allowed.push_back(start + after); }
  }
  EXPECT_GE(allowed.size(), 98u);
  for (std::size_t i = kMostAnswers; i < allowed.size(); ++i) {
    EXPECT_GE(allowed[i] - allowed[i - kMostAnswers], 1s) << i;
  }
}

TEST(AnswerRate, WhatIsRefusedDoesNotCount) {
  AnswerRate rate;
  const AnswerRate::Time start{1h};
  for (std::size_t i = 0; i < kMostAnswers; ++i) { EXPECT_TRUE(rate.allows(start)); }
  for (int i = 0; i < 100; ++i) { EXPECT_FALSE(rate.allows(start + 999ms)); }
  EXPECT_TRUE(rate.allows(start + 1s));
}

}  // namespace
}  // namespace wgmesh::answer_rate_test
