#include "controller/reach/password_command.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>

#include "controller/reach/captured_child.h"
#include "controller/reach/wait.h"
#include "controller/text/messages.h"
#include "controller/text/printable.h"

namespace wgmesh {
namespace {

[[noreturn]] void fail(const std::string& why, const std::string& words) {
  throw Unreachable(
      say<"password-command-failed">(why, words.empty() ? "" : ": " + printable(words)));
}

// In one look: who writes without end does not keep us from the clock.
constexpr int kMostOctets = 4096;

// The first line of what comes; what follows is read and dropped.
class FirstLine {
 public:
  // False at end of file. Octet by octet, so that none of them lies in a buffer.
  bool read_from(int fd) {
    for (int i = 0; i < kMostOctets; ++i) {
      char octet = 0;
      const ssize_t n = ::read(fd, &octet, 1);
      if (n < 0 && errno == EINTR) { continue; }
      if (n < 0) { return errno == EAGAIN; }
      if (n == 0) { return false; }
      if (octet == '\n') { is_over_ = true; }
      if (!is_over_ && !password_.push(octet)) { fail("prints more than a password", {}); }
    }
    return true;
  }
  Passphrase take() { return std::move(password_); }

 private:
  Passphrase password_;
  bool is_over_ = false;
};

}  // namespace

Passphrase password_from(const std::string& command, Deadline deadline,
                         const Interrupt* interrupt) {
  CapturedChild program({"/bin/sh", "-c", command});
  FirstLine line;
  std::string words;
  std::optional<int> status;
  std::array<pollfd, 2> entries{pollfd{program.out.get(), POLLIN, 0},
                                pollfd{program.err.get(), POLLIN, 0}};
  try {
    while (entries[0].fd >= 0 || entries[1].fd >= 0) {
      wait_for(entries, deadline, {interrupt});
      if (std::chrono::steady_clock::now() >= deadline) {
        throw TimedOut(say<"reach-timed-out">());
      }
      if (entries[0].revents != 0 && !line.read_from(entries[0].fd)) { entries[0].fd = -1; }
      if (entries[1].revents != 0 && !drain(entries[1].fd, words, kMaxStderr)) {
        entries[1].fd = -1;
      }
    }
    status = program.child.wait(deadline);
  } catch (const TimedOut&) {
    // Told below.
  }
  while (words.ends_with('\n')) { words.pop_back(); }
  if (!status) { fail("does not end", words); }
  if (*status != 0) {
    fail(WIFEXITED(*status) ? fmt::format("fails with exit status {}", WEXITSTATUS(*status))
                            : fmt::format("was ended by signal {}", WTERMSIG(*status)),
         words);
  }
  Passphrase password = line.take();
  if (password.view().empty()) { fail("prints no password", words); }
  return password;
}

}  // namespace wgmesh
