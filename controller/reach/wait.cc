#include "controller/reach/wait.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <vector>

#include "controller/text/messages.h"

namespace wgmesh {
namespace {

constexpr std::size_t kMostAtOnce = 1u << 20;

// Rounded up, so that a wait never ends just before its deadline and spins.
int milliseconds_until(Deadline deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, 3600 * 1000));
}

}  // namespace

void wait_for(std::span<pollfd> entries, Deadline deadline,
              std::initializer_list<const Interrupt*> interrupts) {
  std::vector<pollfd> all(entries.begin(), entries.end());
  for (const Interrupt* interrupt : interrupts) {
    if (interrupt != nullptr) { all.push_back({interrupt->fd(), POLLIN, 0}); }
  }
  while (true) {
    const int count = ::poll(all.data(), all.size(), milliseconds_until(deadline));
    if (count < 0 && errno != EINTR) { throw SystemError("poll", errno); }
    if (count > 0) { break; }
    if (std::chrono::steady_clock::now() >= deadline) { throw TimedOut(say<"reach-timed-out">()); }
  }
  for (std::size_t i = 0; i < entries.size(); ++i) { entries[i].revents = all[i].revents; }
  for (std::size_t i = entries.size(); i < all.size(); ++i) {
    if (all[i].revents != 0) { throw Interrupted(say<"reach-interrupted">()); }
  }
}

void pause_until(Deadline deadline, const Interrupt* interrupt) {
  try {
    wait_for({}, deadline, {interrupt});
  } catch (const TimedOut&) {}
}

bool drain(int fd, std::string& text, std::size_t limit) {
  std::array<char, 4096> chunk;
  for (std::size_t taken = 0; taken < kMostAtOnce; taken += chunk.size()) {
    const ssize_t count = ::read(fd, chunk.data(), chunk.size());
    if (count == 0) { return false; }
    if (count < 0) {
      if (errno == EINTR) { continue; }
      return errno == EAGAIN;
    }
    const std::size_t room = limit - std::min(limit, text.size());
    text.append(chunk.data(), std::min(room, static_cast<std::size_t>(count)));
  }
  return true;
}

}  // namespace wgmesh
