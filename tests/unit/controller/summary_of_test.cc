#include "controller/summary_of.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgmesh::summary_of_test {
namespace {

using ::testing::ElementsAre;

TEST(SummaryOf, PutsEachNodeIntoOneCount) {
  TransactionResult result;
  result.nodes["a"].outcome = Outcome::kApplied;
  result.nodes["b"].outcome = Outcome::kApplied;
  result.nodes["b"].stays_down = true;
  result.nodes["c"].outcome = Outcome::kUnchanged;
  result.nodes["d"].skipped = true;
  const Summary summary = summary_of(Verb::kSync, result);
  EXPECT_EQ(summary.verb, "sync");
  EXPECT_EQ(summary.changed, 2U);
  EXPECT_EQ(summary.unchanged, 1U);
  EXPECT_THAT(summary.skipped, ElementsAre("d"));
  EXPECT_THAT(summary.stay_down, ElementsAre("b"));
  EXPECT_EQ(summary.changed + summary.unchanged + summary.skipped.size(), result.nodes.size());
}

}  // namespace
}  // namespace wgmesh::summary_of_test
