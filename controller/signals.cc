#include "controller/signals.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "common/error.h"
#include "common/posix.h"
#include "controller/exit_code.h"
#include "controller/last_word.h"
#include "controller/reach/thread.h"
#include "controller/text/enumeration.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

constexpr auto kGrace = std::chrono::seconds(2);

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

Signals::Signals(std::function<void(const Said&)> say) : say_(std::move(say)) {
  const sigset_t set = watched_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  fd_.reset(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd_) { throw SystemError("signalfd", errno); }
  stop_.reset(eventfd(0, EFD_CLOEXEC));
  if (!stop_) { throw SystemError("eventfd", errno); }
  thread_ = start_thread([this] { watch(); });
}

Signals::~Signals() {
  const std::uint64_t one = 1;
  retry([&] { return write(stop_.get(), &one, sizeof one); });
  thread_.join();
  const sigset_t set = watched_signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void Signals::end_waits_with(std::function<void()> end_waits) {
  const std::lock_guard lock(mutex_);
  end_waits_ = std::move(end_waits);
}

void Signals::tell_left_with(std::function<Left()> left) {
  const std::lock_guard lock(mutex_);
  left_ = std::move(left);
}

void Signals::end_waits() {
  interrupt_.set();
  const std::lock_guard lock(mutex_);
  if (end_waits_) { end_waits_(); }
}

bool Signals::stops_within(std::chrono::milliseconds time) {
  pollfd stop{stop_.get(), POLLIN, 0};
  return poll(&stop, 1, static_cast<int>(time.count())) > 0;
}

void Signals::watch() {
  for (;;) {
    std::array<pollfd, 2> fds{pollfd{fd_.get(), POLLIN, 0}, pollfd{stop_.get(), POLLIN, 0}};
    if (poll(fds.data(), fds.size(), -1) < 0) { continue; }
    if (fds[1].revents != 0) { return; }
    signalfd_siginfo signal{};
    if (read(fd_.get(), &signal, sizeof signal) == sizeof signal) { take_signal(); }
  }
}

void Signals::leave(Phase phase) {
  say_(say<"interrupt-repeated">());
  std::function<Left()> left;
  {
    const std::lock_guard lock(mutex_);
    left = left_;
  }
  if (phase != Phase::kCommitting || !left) { end_process(kExitInterrupted); }
  const Left state = left();
  say_(state.said);
  end_process(state.exit_code);
}

bool Signals::enter_commit() {
  const std::lock_guard lock(commit_);
  if (!requested_) { phase_ = Phase::kCommitting; }
  return !requested_;
}

void Signals::take_signal() {
  std::unique_lock lock(commit_);
  const bool is_second = requested_.exchange(true);
  const Phase phase = phase_;
  lock.unlock();
  if (is_second) { leave(phase); }
  switch (phase) {
    case Phase::kNothingChanged:
      say_(say<"interrupt-nothing-changed">());
      end_waits();
      // Whatever does not heed the interrupt in that time has nothing to lose.
      if (!stops_within(kGrace)) { end_process(kExitInterrupted); }
      return;
    case Phase::kChanged:
      say_(say<"interrupt-while-waiting">());
      end_process(kExitInterrupted);
    case Phase::kInDoubt:
      say_(say<"interrupt-in-doubt">());
      end_process(kExitUnknownState);
    case Phase::kApplying:
      say_(say<"interrupt-undoing">());
      end_waits();
      return;
    case Phase::kCommitting:
      say_(say<"interrupt-too-late">());
      return;
  }
}

Signals::Left left_of(const std::map<std::string, bool>& committed) {
  std::vector<std::string> known;
  std::vector<std::string> unknown;
  for (const auto& [name, has_committed] : committed) {
    (has_committed ? known : unknown).push_back(name);
  }
  if (unknown.empty()) { return {say<"interrupt-all-committed">(), kExitDone}; }
  const std::string others =
      known.empty() ? std::string() : fmt::format("new: {}; ", enumerated(known));
  return {say<"interrupt-outcome-unknown">(others, enumerated(unknown)), kExitUnknownState};
}

}  // namespace wgmesh
