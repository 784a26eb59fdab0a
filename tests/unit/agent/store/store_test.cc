#include "agent/store/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/store/atomic_file.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"
#include "tests/unit/agent/disk_faults.h"

namespace wgmesh::store_test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Property;
using ::testing::Throws;

auto says(const char* id, const std::string& part) {
  return AllOf(Field(&Said::id, id), Field(&Said::text, HasSubstr(part)));
}

StoredMesh example() {
  StoredMesh stored;
  stored.plan = example_plan();
  stored.private_key = secret_of(1);
  return stored;
}

unsigned mode_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

TEST(Store, StagesThenPublishes) {
  const TemporaryFolder folder;
  const Store store(folder.path() + "/deep/er");
  const auto files = store.changes("test", example());
  ASSERT_EQ(files.size(), 2u);
  store.stage("test", example(), files);
  EXPECT_FALSE(store.load("test").mesh.private_key);
  EXPECT_EQ(mode_of(store.folder("test")), 0700u);
  EXPECT_EQ(mode_of(store.folder("test") + "/private_key.next"), 0600u);

  store.publish("test", files);
  store.publish("test", files);  // as after an interruption
  EXPECT_TRUE(store.load("test").mesh.private_key == secret_of(1));
  EXPECT_THAT(store.changes("test", example()), IsEmpty());
  EXPECT_THAT(store.meshes(), ElementsAre("test"));
}

TEST(Store, DiscardLeavesNothing) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  const auto files = store.changes("test", example());
  store.stage("test", example(), files);
  store.discard("test");
  EXPECT_FALSE(exists(store.folder("test")));
}

TEST(Store, WhatIsNoLongerStoredIsRemoved) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  const auto first = store.changes("test", example());
  store.stage("test", example(), first);
  store.publish("test", first);
  const auto gone = store.changes("test", {});
  store.stage("test", {}, gone);
  store.publish("test", gone);
  EXPECT_TRUE(store.load("test").mesh.empty());
  store.forget("test");
  EXPECT_FALSE(exists(store.folder("test")));
}

TEST(Store, NamesADamagedFileAndKeepsItAside) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  const std::string path = store.folder("test") + "/private_key";
  make_folder(store.folder("test"));
  write_file(path, "nonsense");
  const Loaded loaded = store.load("test");
  EXPECT_THAT(loaded.damaged, ElementsAre("private_key"));
  EXPECT_THAT(loaded.faults, ElementsAre(says("store-file-damaged", path)));
  EXPECT_TRUE(exists(path));  // reading changes nothing

  const auto files = store.changes("test", example());
  store.stage("test", example(), files);
  store.publish("test", files);
  EXPECT_EQ(read_file(path + ".damaged"), "nonsense");
  EXPECT_TRUE(store.load("test").mesh.private_key);
}

TEST(Store, FoldersOfOthersAreNoMeshes) {
  const TemporaryFolder folder;
  make_folder(folder.path() + "/bin");
  write_file(folder.path() + "/bin/wgmesh-agent", "x");
  make_folder(folder.path() + "/lost+found");
  const Store store(folder.path());
  EXPECT_THAT(store.meshes(), IsEmpty());
  EXPECT_THAT(
      [&] { store.meshes("bin"); },
      Throws<Error>(AllOf(Property(&Error::id, "store-mesh-unknown"),
                          Property(&Error::message, "the mesh bin is not stored on this node"))));
}

TEST(Store, WhatIsOfOthersAndCannotBeReadIsDamage) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  const std::string path = store.folder("test") + "/plan";
  make_folder(store.folder("test"));
  write_file(path, "x");
  ASSERT_EQ(::chmod(path.c_str(), 0), 0);
  // Root without its rights to files, in this thread alone.
  ::chmod(folder.path().c_str(), 0711);
  ::chmod(store.folder("test").c_str(), 0711);
  const auto user = static_cast<uid_t>(::setfsuid(1000));
  const Loaded loaded = store.load("test");
  ::setfsuid(user);
  EXPECT_THAT(loaded.faults,
              ElementsAre(says("store-file-foreign",
                               path + ": cannot be read: it belongs to user " +
                                   std::to_string(::geteuid()) + " and has mode 0000")));
  EXPECT_THAT(loaded.damaged, ElementsAre("plan"));
}

TEST(Store, WhatIsNewerIsNeitherDamagedNorOverwritten) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  const std::string path = store.folder("test") + "/plan";
  make_folder(store.folder("test"));
  write_file(path, "wgmesh 2 00\nwhat only time can tell");
  const Loaded loaded = store.load("test");
  EXPECT_THAT(loaded.damaged, IsEmpty());
  EXPECT_THAT(loaded.unreadable, ElementsAre("plan"));
  EXPECT_THAT(loaded.faults, ElementsAre(says("store-format-newer", path + ": has format 2")));
  EXPECT_THAT(
      [&] { refuse_unreadable(loaded); },
      Throws<Error>(AllOf(Property(&Error::id, "store-unreadable"),
                          Property(&Error::message, loaded.faults[0].text),
                          Property(&Error::cure, HasSubstr("use the agent that wrote it")))));
  store.forget("test");
  EXPECT_FALSE(exists(store.folder("test")));
}

TEST(Store, APlanOfAnotherMeshIsDamage) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  store.stage("other", example(), store.changes("other", example()));
  store.publish("other", store.changes("other", example()));
  const Loaded loaded = store.load("other");
  EXPECT_THAT(loaded.faults,
              ElementsAre(says("store-mesh-differs", "holds the plan of the mesh test")));
  EXPECT_FALSE(loaded.mesh.plan);
  EXPECT_TRUE(loaded.mesh.private_key);
}

TEST(Store, ForgetLeavesOnlyWhatSomebodyElsePutThere) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  const std::string mesh = store.folder("test");
  make_folder(mesh);
  for (const char* ours : {"plan", "plan.next", "private_key.damaged", "private_key.damaged.2",
                           "journal.undo", "journal.commit.tmp", "last_change"}) {
    write_file(mesh + "/" + ours, "x");
  }
  make_folder(mesh + "/endpoints");
  make_folder(mesh + "/down");
  write_file(mesh + "/down/theirs", "x");
  write_file(mesh + "/notes", "x");
  EXPECT_THAT(store.meshes(), ElementsAre("test"));
  store.forget("test");
  EXPECT_THAT(store.leftovers("test"), ElementsAre(mesh + "/down.damaged", mesh + "/notes"));
  EXPECT_THAT(store.meshes(), IsEmpty());
  EXPECT_TRUE(exists(mesh + "/down.damaged/theirs"));
}

// While anything of the mesh is left, so is the journal: the next command goes on from there.
TEST(Store, ForgetsTheJournalLast) {
  const TemporaryFolder folder;
  const Store store(folder.path() + "/state");
  make_folder(folder.path() + "/kept");
  const std::string mesh = store.folder("test");
  bool fails = true;
  std::size_t call = 0;
  while (fails) {
    ASSERT_LT(++call, 100U);
    make_folder(mesh);
    for (const char* name : {"plan", "private_key", "preshared_keys", "journal.undo"}) {
      write_file(mesh + "/" + name, "x");
    }
    disk::watch(store.root(), folder.path() + "/kept");
    disk::fail_at(call, EROFS, true);
    try {
      store.forget("test");
      fails = false;
    } catch (const SystemError&) {}
    disk::stop_watching();
    const bool any =
        exists(mesh + "/plan") || exists(mesh + "/private_key") || exists(mesh + "/preshared_keys");
    EXPECT_TRUE(!any || exists(mesh + "/journal.undo")) << "failed from call " << call;
  }
  EXPECT_GT(call, 4U);  // each of the four files could not be removed once
}

TEST(Store, MissesAStagedFileThatIsGone) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  const auto files = store.changes("test", example());
  store.stage("test", example(), files);
  store.expect_staged("test", files);
  remove_file(store.folder("test") + "/plan.next");
  EXPECT_THROW(store.expect_staged("test", files), SystemError);
}

// A name is durable when the folder is synced, and not before.
TEST(AtomicFile, OutlivesAPowerCut) {
  const TemporaryFolder folder;
  make_folder(folder.path() + "/kept");
  const std::string path = folder.path() + "/file";
  write_file(path, "old");
  disk::watch(folder.path(), folder.path() + "/kept");
  write_file_atomically(path, "new");
  disk::cut_power(disk::Names::kAsSynced);
  disk::stop_watching();
  EXPECT_EQ(read_file(path), "new");
}

TEST(AtomicFile, AFolderThatWasMadeOutlivesAPowerCut) {
  const TemporaryFolder folder;
  make_folder(folder.path() + "/kept");
  disk::watch(folder.path(), folder.path() + "/kept");
  make_folder(folder.path() + "/deep/er");
  disk::cut_power(disk::Names::kAsSynced);
  disk::stop_watching();
  EXPECT_TRUE(is_folder(folder.path() + "/deep/er"));
}

TEST(AtomicFile, SetsAsideWhateverIsThere) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/file";
  const auto put_folder = [&] {
    make_folder(path);
    write_file(path + "/x", "x");
  };
  write_file(path, "first");
  EXPECT_EQ(set_aside(path), path + ".damaged");
  write_file(path, "second");
  EXPECT_EQ(set_aside(path), path + ".damaged");
  EXPECT_EQ(read_file(path + ".damaged"), "second");
  put_folder();
  EXPECT_EQ(set_aside(path), path + ".damaged");
  EXPECT_TRUE(is_folder(path + ".damaged"));
  write_file(path, "third");  // no file goes into the place of that
  EXPECT_EQ(set_aside(path), path + ".damaged.2");
  for (int number = 2; number <= 9; ++number) {  // the first in the place of that file
    put_folder();
    EXPECT_EQ(set_aside(path), path + ".damaged." + std::to_string(number));
  }
  put_folder();
  EXPECT_THAT([&] { set_aside(path); },
              Throws<Error>(Property(&Error::id, "store-set-aside-full")));
  EXPECT_THROW(write_file(path, "no place is left"), Error);
}

TEST(AtomicFile, ReadsNoMoreThanSixteenMebibytes) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/file";
  write_file(path, "");
  ASSERT_EQ(::truncate(path.c_str(), 16 << 20), 0);
  EXPECT_EQ(read_file(path).value().size(), 16u << 20);
  ASSERT_EQ(::truncate(path.c_str(), (16 << 20) + 1), 0);
  EXPECT_THAT(
      [&] { read_file(path); },
      Throws<NotAFile>(AllOf(
          Property(&Error::id, "store-file-too-large"),
          Property(&Error::message, "read " + path + ": has 16777217 octets, more than 16 MiB"))));
}

TEST(AtomicFile, LeavesNoHalfWrittenFileAndFollowsNoLink) {
  const TemporaryFolder folder;
  const std::string victim = folder.path() + "/victim";
  const std::string path = folder.path() + "/file";
  write_file(victim, "old");
  ASSERT_EQ(::symlink(victim.c_str(), path.c_str()), 0);
  EXPECT_THAT([&] { read_file(path); },
              Throws<NotAFile>(AllOf(
                  Property(&Error::id, "store-not-a-file"),
                  Property(&Error::message, "read " + path + ": is a symbolic link, not a file"))));
  write_file_atomically(path, "new");
  EXPECT_EQ(read_file(victim), "old");
  EXPECT_EQ(read_file(path), "new");
  EXPECT_EQ(read_file(folder.path() + "/none"), std::nullopt);
  EXPECT_THROW(write_file_atomically(folder.path() + "/no/file", "x"), SystemError);
}

}  // namespace
}  // namespace wgmesh::store_test
