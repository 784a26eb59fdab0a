#include "common/posix.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace wgmesh::posix_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Posix, MakesAnInterruptedCallAgain) {
  int calls = 0;
  const int result = retry([&] {
    errno = EINTR;
    return ++calls < 3 ? -1 : 7;
  });
  EXPECT_EQ(result, 7);
  EXPECT_EQ(calls, 3);
  calls = 0;
  EXPECT_EQ(retry([&] {
              ++calls;
              errno = EIO;
              return -1;
            }),
            -1);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(errno, EIO);
}

TEST(Posix, ReadsToTheEnd) {
  Pipe pipe = make_pipe();
  ASSERT_TRUE(write_all(pipe.write_end.get(), "some words"));
  char octet = 0;
  EXPECT_EQ(read_up_to(pipe.read_end.get(), &octet, 1), 1);
  EXPECT_EQ(octet, 's');
  pipe.write_end.reset();
  EXPECT_EQ(read_all(pipe.read_end.get(), 100), "ome words");
  EXPECT_EQ(read_all(pipe.read_end.get(), 100), "");
  std::string more(4, '-');
  EXPECT_EQ(read_up_to(pipe.read_end.get(), more.data(), more.size()), 0);
}

TEST(Posix, ShowsThatThereIsMoreThanTheLimit) {
  Pipe pipe = make_pipe();
  ASSERT_TRUE(write_all(pipe.write_end.get(), std::string(50, 'x')));
  pipe.write_end.reset();
  EXPECT_GT(read_all(pipe.read_end.get(), 49)->size(), 49U);
}

TEST(Posix, LeavesTheReasonInErrno) {
  EXPECT_FALSE(read_all(-1, 10));
  EXPECT_EQ(errno, EBADF);
  EXPECT_FALSE(write_all(-1, "x"));
  EXPECT_EQ(errno, EBADF);
  char octet = 0;
  EXPECT_LT(read_up_to(-1, &octet, 1), 0);
}

TEST(Posix, APipeClosesItselfInPrograms) {
  const Pipe pipe = make_pipe(O_NONBLOCK);
  for (const UniqueFd* end : {&pipe.read_end, &pipe.write_end}) {
    EXPECT_EQ(::fcntl(end->get(), F_GETFD), FD_CLOEXEC);
    EXPECT_NE(::fcntl(end->get(), F_GETFL) & O_NONBLOCK, 0);
  }
  char octet = 0;
  EXPECT_LT(read_up_to(pipe.read_end.get(), &octet, 1), 0);
  EXPECT_EQ(errno, EAGAIN);
}

TEST(Posix, NamesWhatIsInAFolder) {
  const auto folder = std::filesystem::temp_directory_path() / "wgmesh-posix-test";
  std::filesystem::create_directories(folder / "b");
  std::ofstream(folder / "a") << "x";
  std::ofstream(folder / ".c") << "x";
  EXPECT_THAT(names_in(folder), ElementsAre(".c", "a", "b"));
  EXPECT_THAT(names_in(folder / "a"), IsEmpty());
  std::filesystem::remove_all(folder);
  EXPECT_THAT(names_in(folder), IsEmpty());
}

}  // namespace
}  // namespace wgmesh::posix_test
