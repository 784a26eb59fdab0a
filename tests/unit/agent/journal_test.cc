#include "agent/journal.h"

#include <gtest/gtest.h>

#include "agent/atomic_file.h"
#include "tests/support/wgmesh_agent_room/example_plan.h"
#include "tests/support/wgmesh_agent_room/test_node.h"

namespace wgmesh {
namespace {

TEST(Journal, GoesFromUndoToCommitToNothing) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  const Journal journal(store, "test");
  EXPECT_FALSE(journal.open());

  const JournalEntry entry{
      {}, example_state(example_plan()), {{"plan", false}, {"down", true}}, "root@ci", "boot"};
  journal.begin(entry);
  EXPECT_EQ(journal.open(), Direction::kUndo);
  journal.commit();
  EXPECT_EQ(journal.open(), Direction::kCommit);

  const JournalEntry again = journal.read();
  EXPECT_EQ(again.before, entry.before);
  EXPECT_EQ(again.after, entry.after);
  EXPECT_EQ(again.origin, "root@ci");
  EXPECT_EQ(again.boot_id, "boot");
  ASSERT_EQ(again.files.size(), 2u);
  EXPECT_EQ(again.files[1].name, "down");
  EXPECT_TRUE(again.files[1].remove);

  journal.close();
  EXPECT_FALSE(journal.open());
}

TEST(Journal, DamageIsAnErrorAndNotANewBeginning) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  const Journal journal(store, "test");
  journal.begin({{}, example_state(example_plan()), {}, "root@ci", "boot"});
  const std::string path = store.folder("test") + "/journal.undo";
  std::string content = read_file(path).value();
  content[content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 1);
  write_file(path, content);
  EXPECT_THROW(journal.read(), Error);
  write_file(path, "");
  EXPECT_THROW(journal.read(), Error);
  EXPECT_TRUE(journal.open());
}

TEST(Journal, BootIdIsOneLine) {
  EXPECT_GT(boot_id().size(), 36u);
  EXPECT_EQ(boot_id(), boot_id());
}

}  // namespace
}  // namespace wgmesh
