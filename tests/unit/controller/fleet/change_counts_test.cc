#include "common/change_counts.h"

#include <gtest/gtest.h>

namespace wgmesh::change_counts_test {
namespace {

proto::Changes listed(int own, int of_agent) {
  proto::Changes changes;
  for (int i = 0; i < own + of_agent; ++i) {
    changes.add_changes()->set_of_agent(i >= own);
    changes.mutable_changes(i)->set_text("ip link add wg-m type wireguard");
  }
  return changes;
}

TEST(ChangeCounts, AreThoseOfTheList) {
  proto::Changes changes = listed(2, 3);
  changes.set_stored_state_changes(true);
  const proto::Changes counts = as_counts(changes);
  EXPECT_EQ(counts.changes_size(), 0);
  EXPECT_EQ(count_of(counts), 5u);
  EXPECT_EQ(count_of(changes), 5u);
  EXPECT_EQ(counts.count_of_agent(), 3u);
  EXPECT_TRUE(counts.stored_state_changes());
}

TEST(ChangeCounts, StayWhatTheyAre) {
  const proto::Changes counts = as_counts(as_counts(listed(2, 3)));
  EXPECT_EQ(count_of(counts), 5u);
  EXPECT_EQ(counts.count_of_agent(), 3u);
}

TEST(ChangeCounts, TellWhetherThereIsAnythingToDoButForTheAgent) {
  for (const bool is_listed : {true, false}) {
    const auto form = [&](const proto::Changes& changes) {
      return is_listed ? changes : as_counts(changes);
    };
    EXPECT_TRUE(has_changes(form(listed(1, 0))));
    EXPECT_TRUE(has_changes(form(listed(1, 2))));
    EXPECT_FALSE(has_changes(form(listed(0, 2))));
    EXPECT_FALSE(has_changes(form(listed(0, 0))));
    proto::Changes stored;
    stored.set_stored_state_changes(true);
    EXPECT_TRUE(has_changes(form(stored)));
  }
}

}  // namespace
}  // namespace wgmesh::change_counts_test
