#include "controller/show/output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>

#include "common/unique_fd.h"

namespace wgmesh::output_test {
namespace {

// Runs `act` in a process of its own and returns its exit status, or 128 and its signal.
template <typename Act>
int status_of(const Act& act) {
  const pid_t child = fork();
  if (child == 0) { _exit(act()); }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void put_in_place(int fd, const char* file) {
  const UniqueFd other(open(file, O_WRONLY | O_CLOEXEC));
  dup2(other.get(), fd);
}

TEST(Output, AFullOrClosedStandardErrorEndsNothing) {
  EXPECT_EQ(status_of([] {
              put_in_place(STDERR_FILENO, "/dev/full");
              say("lost");
              close(STDERR_FILENO);
              say("lost, too");
              return 3;
            }),
            3);
}

TEST(Output, AReaderThatHasGoneEndsNothing) {
  EXPECT_EQ(status_of([] {
              std::signal(SIGPIPE, SIG_IGN);  // as main() does
              std::array<int, 2> ends{};
              if (pipe(ends.data()) != 0) { return 1; }
              close(ends[0]);
              dup2(ends[1], STDERR_FILENO);
              say("lost");
              dup2(ends[1], STDOUT_FILENO);
              put_result("lost");
              return result_error() == EPIPE ? 3 : 4;
            }),
            3);
}

TEST(Output, KeepsTheFirstResultThatCouldNotBeWritten) {
  EXPECT_EQ(status_of([] {
              if (result_error() != 0) { return 1; }
              put_in_place(STDOUT_FILENO, "/dev/full");
              put_result("lost");
              close(STDOUT_FILENO);
              put_result("lost");
              return result_error() == ENOSPC ? 3 : 4;
            }),
            3);
}

TEST(Output, NothingLandsOnDescriptorsThatTheCallerHasClosed) {
  EXPECT_EQ(status_of([] {
              for (const int fd : {0, 1, 2}) { close(fd); }
              hold_standard_descriptors();
              const int next = open("/dev/null", O_RDWR | O_CLOEXEC);
              if (next < 3) { return 1; }
              put_result("lost");
              if (result_error() != EBADF) { return 2; }
              char octet = 0;
              return read(STDIN_FILENO, &octet, 1) < 0 && errno == EBADF ? 3 : 4;
            }),
            3);
}

TEST(Output, LeavesAloneWhatIsOpen) {
  EXPECT_EQ(status_of([] {
              std::array<int, 2> ends{};
              if (pipe(ends.data()) != 0) { return 1; }
              dup2(ends[1], STDOUT_FILENO);
              hold_standard_descriptors();
              put_result("x");
              char octet = 0;
              return read(ends[0], &octet, 1) == 1 && octet == 'x' ? 3 : 4;
            }),
            3);
}

TEST(Output, WaitsForASlowReaderOfANonBlockingStream) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  fcntl(write_end.get(), F_SETFL, O_NONBLOCK);
  const std::string text(300'000, 'x');  // more than a pipe holds
  const pid_t writer = fork();
  if (writer == 0) { _exit(write_whole(write_end.get(), text)); }
  write_end.reset();
  std::size_t got = 0;
  std::array<char, 65536> buffer;
  for (ssize_t some = 0; (some = read(read_end.get(), buffer.data(), buffer.size())) > 0;) {
    got += static_cast<std::size_t>(some);
  }
  int status = -1;
  waitpid(writer, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(got, text.size());
}

}  // namespace
}  // namespace wgmesh::output_test
