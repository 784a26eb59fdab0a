#include "agent/store/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <functional>

#include "agent/store/atomic_file.h"
#include "common/hash.h"
#include "proto/journal.pb.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::journal_test {
namespace {

TEST(Journal, GoesFromUndoToCommitToNothing) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  const Journal journal(store, "test");
  EXPECT_FALSE(journal.open());

  const JournalEntry entry{
      {}, example_state(example_plan()), {{"plan", false}, {"down", true}}, "root@ci", "boot"};
  EXPECT_THROW(journal.begin(entry), SystemError);  // nothing is staged
  EXPECT_FALSE(journal.open());
  make_folder(store.folder("test"));
  write_file(store.folder("test") + "/plan.next", "x");
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

TEST(Journal, KnowsWhatLeavesItsPlace) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  const Journal journal(store, "test");
  JournalEntry entry{{}, example_state(example_plan()), {}, "root@ci", "boot"};
  entry.before.predecessors["wg-test0"] = {secret_of(0x50), 51820};
  entry.before.predecessors["wg-test1"] = {};
  entry.left_places = {"/etc/wireguard/wg-test0.conf"};
  journal.begin(entry);
  const JournalEntry again = journal.read();
  EXPECT_EQ(again.before, entry.before);
  EXPECT_EQ(again.left_places, entry.left_places);
}

std::uint32_t format_of(const JournalEntry& entry) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  Journal(store, "test").begin(entry);
  proto::Journal written;
  const std::string content = read_file(store.folder("test") + "/journal.undo").value();
  written.ParseFromString(content.substr(sizeof(Hash)));
  return written.format_version();
}

// An older agent would leave the file, or the block of /etc/hosts, as it finds it.
TEST(Journal, HasANewFormatOnlyIfAnOlderAgentCouldNotUndoTheChange) {
  JournalEntry entry{{}, example_state(example_plan()), {}, "root@ci", "boot"};
  EXPECT_EQ(format_of(entry), 1u);
  entry.before.hosts = entry.after.hosts = HostsBlock{"test", {"fd00::1 n1"}};
  EXPECT_EQ(format_of(entry), 1u);
  entry.after.hosts->lines = {"fd00::1 n2"};
  EXPECT_EQ(format_of(entry), 2u);
  entry.before.hosts.reset();
  EXPECT_EQ(format_of(entry), 2u);
  entry.after.hosts.reset();
  entry.left_places = {"/etc/wireguard/wg-test0.conf"};
  EXPECT_EQ(format_of(entry), 2u);
}

// It has the private key and the preshared keys of both states.
TEST(Journal, IsForItsOwnerAlone) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  const mode_t before = ::umask(0);
  Journal(store, "test").begin({{}, example_state(example_plan()), {}, "root@ci", "boot"});
  ::umask(before);
  struct stat status {};
  ASSERT_EQ(::stat((store.folder("test") + "/journal.undo").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
}

void expect_damage(const Journal& journal, const char* id) {
  EXPECT_THAT([&] { journal.read(); }, testing::Throws<Damaged>(testing::Property(&Error::id, id)));
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
  expect_damage(journal, "store-checksum-wrong");
  write_file(path, "");
  expect_damage(journal, "store-checksum-wrong");
  EXPECT_TRUE(journal.open());
  EXPECT_EQ(journal.set_aside(), path + ".damaged");
  EXPECT_FALSE(journal.open());
}

// As an agent writes it, but for what `change` does to it.
void write_journal(const std::string& path, const std::function<void(proto::Journal&)>& change) {
  proto::Journal journal;
  journal.set_format_version(1);
  journal.set_mesh("test");
  change(journal);
  const std::string payload = journal.SerializeAsString();
  const Hash hash = hash_of({"wgmesh journal", payload});
  write_file(path, std::string(hash.begin(), hash.end()) + payload);
}

TEST(Journal, ANewerFormatIsNoDamage) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  const Journal journal(store, "test");
  make_folder(store.folder("test"));
  const std::string path = store.folder("test") + "/journal.undo";
  write_journal(path, [](proto::Journal& newer) { newer.set_format_version(3); });
  EXPECT_THROW(journal.read(), NewerFormat);
  write_journal(path, [](proto::Journal&) {});
  EXPECT_EQ(journal.read().before, State{});
}

TEST(Journal, ContentThatNoAgentWritesIsDamage) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  const Journal journal(store, "test");
  make_folder(store.folder("test"));
  const std::string path = store.folder("test") + "/journal.undo";
  write_journal(path, [](proto::Journal& of) { of.set_mesh("other"); });
  expect_damage(journal, "store-mesh-differs");
  write_journal(path, [](proto::Journal& of) { of.add_files()->set_name("../../etc/passwd"); });
  expect_damage(journal, "store-file-damaged");
  write_journal(path, [](proto::Journal& of) { of.add_left_places("/etc/passwd"); });
  expect_damage(journal, "store-file-damaged");
  write_journal(path, [](proto::Journal& of) {
    of.mutable_before()->mutable_wireguard()->set_private_key("short");
  });
  expect_damage(journal, "store-state-damaged");
}

TEST(Journal, BootIdIsOneLine) {
  EXPECT_GT(boot_id().size(), 36u);
  EXPECT_EQ(boot_id(), boot_id());
}

}  // namespace
}  // namespace wgmesh::journal_test
