#include "controller/reach/interrupt.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>

#include "common/error.h"

namespace wgmesh {

Interrupt::Interrupt() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!fd_) { throw SystemError("eventfd", errno); }
}

void Interrupt::set() noexcept {
  const int saved = errno;
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then it is set.
  [[maybe_unused]] const ssize_t written = ::write(fd_.get(), &one, sizeof one);
  errno = saved;
}

bool Interrupt::is_set() const {
  pollfd entry{fd_.get(), POLLIN, 0};
  return ::poll(&entry, 1, 0) > 0;
}

bool Interrupt::take() {
  std::uint64_t count = 0;
  return ::read(fd_.get(), &count, sizeof count) == sizeof count;
}

}  // namespace wgmesh
