#include "controller/show/output.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace wgmesh {
namespace {

std::atomic<int> first_result_error = 0;

}  // namespace

void hold_standard_descriptors() noexcept {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) { continue; }
    // open() takes the lowest free number, which is this one: those below it are open by now.
    [[maybe_unused]] const int held =
        open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);  // without O_CLOEXEC
  }
}

int write_whole(int fd, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      // Somebody who shares the terminal has made it non-blocking.
      pollfd ready{fd, POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

void say(std::string_view text) noexcept { write_whole(STDERR_FILENO, text); }

void put_result(std::string_view text) noexcept {
  int none = 0;
  if (const int error_number = write_whole(STDOUT_FILENO, text); error_number != 0) {
    first_result_error.compare_exchange_strong(none, error_number);
  }
}

int result_error() noexcept { return first_result_error; }

}  // namespace wgmesh
