#include "agent/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "agent/atomic_file.h"
#include "tests/support/wgmesh_agent_room/example_plan.h"
#include "tests/support/wgmesh_agent_room/test_node.h"

namespace wgmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

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
  EXPECT_THAT(loaded.faults, ElementsAre(::testing::HasSubstr(path)));
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
  EXPECT_THAT(Store(folder.path()).meshes(), IsEmpty());
}

TEST(AtomicFile, LeavesNoHalfWrittenFileAndFollowsNoLink) {
  const TemporaryFolder folder;
  const std::string victim = folder.path() + "/victim";
  const std::string path = folder.path() + "/file";
  write_file(victim, "old");
  ASSERT_EQ(::symlink(victim.c_str(), path.c_str()), 0);
  EXPECT_THROW(read_file(path), SystemError);
  write_file_atomically(path, "new");
  EXPECT_EQ(read_file(victim), "old");
  EXPECT_EQ(read_file(path), "new");
  EXPECT_EQ(read_file(folder.path() + "/none"), std::nullopt);
  EXPECT_THROW(write_file_atomically(folder.path() + "/no/file", "x"), SystemError);
}

}  // namespace
}  // namespace wgmesh
