#include "agent/store/hosts_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "agent/state/hosts_block.h"
#include "agent/store/atomic_file.h"
#include "agent/store/file_lock.h"
#include "common/error.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::hosts_file_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Property;
using testing::Throws;

const HostsBlock kBlock{"test", {"fd00::1  a a.test"}};
const std::string kOthers = "127.0.0.1 localhost\n192.0.2.1 printer";

class HostsFileTest : public testing::Test {
 protected:
  void write(const std::string& text) { write_file(path_, text); }
  std::optional<std::string> text() const { return read_file(path_); }

  TemporaryFolder folder_;
  std::string path_ = folder_.path() + "/hosts";
  TemporaryFolder locks_;
  HostsFile file_{path_, locks_.path()};
};

TEST_F(HostsFileTest, KeepsWhatIsNotTheMeshs) {
  write(kOthers);
  ASSERT_EQ(::chmod(path_.c_str(), 0640), 0);
  struct stat before {};
  ASSERT_EQ(::stat(path_.c_str(), &before), 0);
  file_.put(kBlock);
  EXPECT_EQ(text(), with_hosts_block(kOthers, kBlock));
  EXPECT_EQ(file_.read("test").block, kBlock);
  EXPECT_FALSE(file_.read("other").block);
  file_.remove("test");
  EXPECT_EQ(text(), kOthers);
  struct stat after {};
  ASSERT_EQ(::stat(path_.c_str(), &after), 0);
  EXPECT_EQ(after.st_mode, before.st_mode);
  EXPECT_EQ(after.st_uid, before.st_uid);
  EXPECT_EQ(after.st_gid, before.st_gid);
  EXPECT_THAT(files_under(folder_.path()), ElementsAre(Key("hosts")));
}

TEST_F(HostsFileTest, IsWrittenOnlyForAChange) {
  write(kOthers);
  struct stat before {};
  ASSERT_EQ(::stat(path_.c_str(), &before), 0);
  file_.remove("test");
  EXPECT_FALSE(file_.read("test").block);
  struct stat after {};
  ASSERT_EQ(::stat(path_.c_str(), &after), 0);
  EXPECT_EQ(after.st_ino, before.st_ino);
}

TEST_F(HostsFileTest, IsMadeAndGoesWithTheBlockIfThereIsNone) {
  EXPECT_EQ(file_.read("test"), HostsReading{});
  file_.remove("test");
  file_.put(kBlock);
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0644U);  // every program looks names up
  file_.remove("test");
  EXPECT_THAT(files_under(folder_.path()), IsEmpty());
}

TEST_F(HostsFileTest, ThatSomebodyHasMadeALinkIsNotChanged) {
  ASSERT_EQ(::symlink("elsewhere", path_.c_str()), 0);
  const HostsReading reading = file_.read("test");
  ASSERT_TRUE(reading.fixed);
  EXPECT_EQ(reading.fixed->id, "hosts-file-fixed");
  EXPECT_THAT(reading.fixed->text, HasSubstr("/etc/hosts cannot be changed: is a symbolic link"));
  EXPECT_FALSE(reading.block);
  EXPECT_THROW(file_.put(kBlock), Error);
  EXPECT_EQ(target_of(path_), "elsewhere");
}

TEST_F(HostsFileTest, WithADamagedBlockIsNotChanged) {
  const std::string damaged = kOthers + "\n# BEGIN wgmesh test\nfd00::1 a\n";
  write(damaged);
  const HostsReading reading = file_.read("test");
  ASSERT_TRUE(reading.damage);
  EXPECT_FALSE(reading.block);
  EXPECT_FALSE(file_.read("other").damage);
  const auto is_damage = Throws<Error>(Property(&Error::id, "hosts-block-damaged"));
  EXPECT_THAT([&] { file_.put(kBlock); }, is_damage);
  EXPECT_THAT([&] { file_.remove("test"); }, is_damage);
  EXPECT_EQ(text(), damaged);
}

TEST_F(HostsFileTest, IsWrittenWhoeverLocksItOrItsFolder) {
  write(kOthers);
  std::vector<UniqueFd> locked;
  for (const std::string& path : {path_, folder_.path()}) {
    locked.emplace_back(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    ASSERT_EQ(::flock(locked.back().get(), LOCK_EX), 0);
  }
  file_.put(kBlock);
  EXPECT_EQ(file_.read("test").block, kBlock);
  EXPECT_THAT(files_under(locks_.path()), IsEmpty());
}

TEST_F(HostsFileTest, WaitsForAnAgentOfAnotherMesh) {
  write(kOthers);
  std::optional<FileLock> other(std::in_place, locks_.path(), ".hosts");
  std::thread writer([&] { file_.put(kBlock); });
  std::this_thread::sleep_for(std::chrono::milliseconds(150));
  EXPECT_EQ(text(), kOthers);
  other.reset();
  writer.join();
  EXPECT_EQ(file_.read("test").block, kBlock);
}

TEST_F(HostsFileTest, LeavesNothingOfAWriterThatWasKilled) {
  write(kOthers);
  write_file(path_ + ".wgmesh", "half");
  file_.put(kBlock);
  EXPECT_EQ(file_.read("test").block, kBlock);
  EXPECT_THAT(files_under(folder_.path()), ElementsAre(Key("hosts")));
}

}  // namespace
}  // namespace wgmesh::hosts_file_test
