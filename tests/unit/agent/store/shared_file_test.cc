#include "agent/store/shared_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "agent/store/atomic_file.h"
#include "common/error.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::shared_file_test {
namespace {

using testing::ElementsAre;
using testing::Key;

class SharedFile : public testing::Test {
 protected:
  Text text() const { return read_file(path_); }

  TemporaryFolder folder_;
  std::string path_ = folder_.path() + "/file";
};

TEST_F(SharedFile, IsWorkedOutAnewFromWhatOthersWriteMeanwhile) {
  write_file(path_, "a\n");
  int calls = 0;
  edit_shared_file(path_, [&](const Text& old) -> Text {
    if (++calls == 1) { write_file(path_, "a\nb\n"); }
    return *old + "ours\n";
  });
  EXPECT_EQ(text(), "a\nb\nours\n");
  EXPECT_EQ(calls, 2);
  EXPECT_THAT(files_under(folder_.path()), ElementsAre(Key("file")));
}

TEST_F(SharedFile, ThatOthersWriteAgainAndAgainIsAnErrorInTheEnd) {
  write_file(path_, "a\n");
  const auto with_rival = [&](const Text& old) -> Text {
    write_file(path_, *old + "b\n");
    return *old + "ours\n";
  };
  EXPECT_THROW(edit_shared_file(path_, with_rival), SystemError);
  EXPECT_EQ(text()->find("ours"), std::string::npos);
  EXPECT_THAT(files_under(folder_.path()), ElementsAre(Key("file")));
}

TEST_F(SharedFile, IsNotTouchedWithoutAChange) {
  write_file(path_, "a\n");
  struct stat before {};
  ASSERT_EQ(::stat(path_.c_str(), &before), 0);
  edit_shared_file(path_, [](const Text& old) { return old; });
  struct stat after {};
  ASSERT_EQ(::stat(path_.c_str(), &after), 0);
  EXPECT_EQ(after.st_ino, before.st_ino);
  EXPECT_EQ(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
}

TEST_F(SharedFile, CanBeWrittenInPlaceLongerAndShorter) {
  write_file(path_, "a\n");
  struct stat before {};
  ASSERT_EQ(::stat(path_.c_str(), &before), 0);
  write_in_place(path_, "a\n", "a\nlonger\n");
  EXPECT_EQ(text(), "a\nlonger\n");
  write_in_place(path_, "a\nlonger\n", "b\n");
  EXPECT_EQ(text(), "b\n");
  struct stat after {};
  ASSERT_EQ(::stat(path_.c_str(), &after), 0);
  EXPECT_EQ(after.st_ino, before.st_ino);
}

TEST_F(SharedFile, ThatHasNoRoomForTheNewTextKeepsTheOldOne) {
  const std::string old = "what others have written\n";
  write_file(path_, old);
  rlimit usual{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &usual), 0);
  const rlimit small{64, usual.rlim_max};
  const auto former = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_THROW(write_in_place(path_, old, std::string(100, 'x') + old), SystemError);
  setrlimit(RLIMIT_FSIZE, &usual);
  std::signal(SIGXFSZ, former);
  EXPECT_EQ(text(), old);
}

}  // namespace
}  // namespace wgmesh::shared_file_test
