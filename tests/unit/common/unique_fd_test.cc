#include "common/unique_fd.h"

#include <fcntl.h>

#include <type_traits>
#include <utility>

#include <gtest/gtest.h>

namespace wgmesh::unique_fd_test {
namespace {

static_assert(!std::is_copy_constructible_v<UniqueFd>);
static_assert(!std::is_copy_assignable_v<UniqueFd>);
static_assert(std::is_nothrow_move_constructible_v<UniqueFd>);
static_assert(!std::is_convertible_v<int, UniqueFd>);
static_assert(!std::is_convertible_v<UniqueFd, int>);

int open_one() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

TEST(UniqueFd, OwnsNothingAtFirst) {
  const UniqueFd none;
  EXPECT_FALSE(none);
  EXPECT_EQ(none.get(), -1);
}

TEST(UniqueFd, ZeroIsADescriptor) {
  UniqueFd fd(0);
  EXPECT_TRUE(fd);
  EXPECT_EQ(fd.release(), 0);
}

TEST(UniqueFd, ClosesAtTheEndOfItsLife) {
  const int number = open_one();
  {
    const UniqueFd fd(number);
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(UniqueFd, MovingHandsOver) {
  const int number = open_one();
  UniqueFd from(number);
  const UniqueFd to(std::move(from));
  EXPECT_EQ(to.get(), number);
  EXPECT_FALSE(from);  // NOLINT(bugprone-use-after-move): empty is what it promises
  EXPECT_TRUE(is_open(number));
}

TEST(UniqueFd, AssigningClosesTheOldOne) {
  const int old_number = open_one();
  const int new_number = open_one();
  UniqueFd fd(old_number);
  fd = UniqueFd(new_number);
  EXPECT_FALSE(is_open(old_number));
  EXPECT_TRUE(is_open(new_number));
  UniqueFd& same = fd;
  fd = std::move(same);
  EXPECT_TRUE(is_open(new_number)) << "moving to itself changes nothing";
}

TEST(UniqueFd, ReleaseDoesNotCloseAndResetDoes) {
  const int number = open_one();
  UniqueFd fd(number);
  EXPECT_EQ(fd.release(), number);
  EXPECT_FALSE(fd);
  EXPECT_TRUE(is_open(number));
  fd.reset(number);
  EXPECT_EQ(fd.get(), number);
  fd.reset();
  EXPECT_FALSE(is_open(number));
}

}  // namespace
}  // namespace wgmesh::unique_fd_test
