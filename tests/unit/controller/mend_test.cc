#include "controller/mend.h"

#include <gtest/gtest.h>

namespace wgmesh::mend_test {
namespace {

TransactionResult result_of(std::map<std::string, Outcome> outcomes) {
  TransactionResult result;
  for (const auto& [name, outcome] : outcomes) { result.nodes[name].outcome = outcome; }
  return result;
}

TEST(Doubt, NamesWhatEachNodeIs) {
  EXPECT_EQ(describe_doubt(result_of({{"a", Outcome::kApplied},
                                      {"b", Outcome::kUndone},
                                      {"c", Outcome::kUnknown},
                                      {"d", Outcome::kApplied},
                                      {"e", Outcome::kUnchanged}})),
            "new: a and d; old: b; not known: c");
  EXPECT_EQ(describe_doubt(result_of({{"a", Outcome::kUnknown}})), "not known: a");
}

TEST(Doubt, IsThereWhenNodesDifferOrNobodyKnows) {
  EXPECT_FALSE(result_of({{"a", Outcome::kApplied}, {"b", Outcome::kUnchanged}}).in_doubt());
  EXPECT_FALSE(result_of({{"a", Outcome::kUndone}, {"b", Outcome::kUnchanged}}).in_doubt());
  EXPECT_TRUE(result_of({{"a", Outcome::kUndone}, {"b", Outcome::kApplied}}).in_doubt());
  EXPECT_TRUE(result_of({{"a", Outcome::kUndone}, {"b", Outcome::kUnknown}}).in_doubt());
}

// If no commit was sent all end in the old state, and the user has been told of a failure.
TEST(Doubt, IsMendedOnlyAfterACommitWasSent) {
  TransactionResult result = result_of({{"a", Outcome::kUndone}, {"b", Outcome::kUnknown}});
  EXPECT_EQ(result.exit_code(), 6);
  EXPECT_FALSE(result.wants_mending());
  result.commit_window = std::chrono::microseconds(7);
  EXPECT_TRUE(result.wants_mending());
}

TEST(Mending, AsksNothingAndMakesNoKeys) {
  CommandLine rotate;
  rotate.verb = Verb::kRotate;
  rotate.interactive = true;
  EXPECT_EQ(mending(rotate).verb, Verb::kSync);
  EXPECT_FALSE(mending(rotate).interactive);
  CommandLine down;
  down.verb = Verb::kDown;
  down.remove = true;
  EXPECT_EQ(mending(down).verb, Verb::kDown);
  EXPECT_TRUE(mending(down).remove);
}

}  // namespace
}  // namespace wgmesh::mend_test
