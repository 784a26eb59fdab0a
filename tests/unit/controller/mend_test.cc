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
  const TransactionResult result = result_of({{"a", Outcome::kApplied},
                                              {"b", Outcome::kUndone},
                                              {"c", Outcome::kUnknown},
                                              {"d", Outcome::kApplied},
                                              {"e", Outcome::kUnchanged}});
  const Said said = warning_of_doubt(result, std::chrono::seconds(0));
  EXPECT_EQ(said.text,
            "nodes are in different states (new: a and d; old: b; not known: c); running once "
            "more");
  EXPECT_EQ(said.id, "outcome-to-be-mended");
  EXPECT_EQ(warning_of_doubt(result_of({{"a", Outcome::kUnknown}}), std::chrono::seconds(7)).text,
            "nodes are in different states (not known: a); running once more in 7 s");
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
