#include "controller/reach/exec_transport.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <mutex>
#include <optional>

#include "common/posix.h"
#include "common/spawned.h"
#include "controller/reach/limits.h"
#include "controller/reach/wait.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::size_t kReadSize = 64u << 10;
constexpr auto kFarewell = 2s;  // for an agent that undoes when its stream ends

class ExecTransport final : public Transport {
 public:
  explicit ExecTransport(const ExecTarget& target) : target_(target) {}

  ~ExecTransport() override {
    if (!child_) { return; }
    to_child_.reset();
    from_child_.reset();
    child_->wait(steady_clock::now() + kFarewell);  // what is left then is killed
  }

  void start(std::string_view) override try {
    // For a moment this takes as many descriptors again. One node at a time, so that a thousand do not need them all.
    static std::mutex starting;
    const std::lock_guard lock(starting);
    Pipe in = make_pipe();
    Pipe out = make_pipe();
    Pipe err = make_pipe();
    std::vector<std::string> words = target_.words;
    words.emplace_back("sh");
    SpawnOptions options;
    options.fds = {{in.read_end.get(), 0}, {out.write_end.get(), 1}, {err.write_end.get(), 2}};
    options.shield_interrupt = true;
    child_.emplace(words, options);
    to_child_ = std::move(in.write_end);
    from_child_ = std::move(out.read_end);
    stderr_fd_ = std::move(err.read_end);
    for (const UniqueFd* fd : {&to_child_, &from_child_, &stderr_fd_}) {
      set_nonblocking(fd->get());
    }
  } catch (const SystemError& error) {
    if (is_own_limit(error.error_number())) { throw; }
    throw cannot_start(error);
  } catch (const Error& error) { throw cannot_start(error); }

  void write(std::string_view octets, Deadline deadline) override {
    while (!octets.empty()) {
      if (steady_clock::now() >= deadline) { throw TimedOut(say<"reach-timed-out">()); }
      const ssize_t count = ::write(to_child_.get(), octets.data(), octets.size());
      if (count > 0) {
        octets.remove_prefix(static_cast<std::size_t>(count));
      } else if (errno == EAGAIN) {
        std::array<pollfd, 1> entries{pollfd{to_child_.get(), POLLOUT, 0}};
        wait_for(entries, deadline, {});
      } else if (errno != EINTR) {
        const int error_number = errno;
        wait_for_last_words();
        throw Unreachable(say<"exec-stream-broken">(target_.text, strerror(error_number)));
      }
    }
  }

  std::string read(Deadline deadline) override {
    std::string octets(kReadSize, '\0');
    while (true) {
      const ssize_t count = ::read(from_child_.get(), octets.data(), octets.size());
      if (count >= 0) {
        octets.resize(static_cast<std::size_t>(count));
        if (count == 0) { wait_for_last_words(); }
        return octets;
      }
      if (errno == EINTR) { continue; }
      if (errno != EAGAIN) {
        throw Unreachable(say<"exec-stream-broken">(target_.text, strerror(errno)));
      }
      // Here, too: a node that floods stderr ends each wait at once.
      if (steady_clock::now() >= deadline) { throw TimedOut(say<"reach-timed-out">()); }
      wait_for_output(deadline);
    }
  }

  std::string stderr_text() override {
    if (stderr_fd_ && !drain(stderr_fd_.get(), stderr_, kMaxStderr)) { stderr_fd_.reset(); }
    return stderr_;
  }
  bool takes_command_line() const override { return false; }
  void interrupt() override { interrupt_.set(); }

 private:
  Unreachable cannot_start(const Error& error) const {
    return Unreachable(
        Said{error.id(), fmt::format("exec: {}: {}", target_.text, error.message()), {}});
  }

  // stderr is emptied meanwhile, or a child that complains at length would block on it.
  void wait_for_output(Deadline deadline) {
    std::array<pollfd, 2> entries{pollfd{from_child_.get(), POLLIN, 0},
                                  pollfd{stderr_fd_.get(), POLLIN, 0}};
    try {
      wait_for(entries, deadline, {&interrupt_});
    } catch (const Interrupted&) {
      interrupt_.take();  // one interrupt ends one wait
      throw;
    }
    if (entries[1].revents != 0) { stderr_text(); }
  }

  // The reason is often written just before the end; stdout may be closed first.
  void wait_for_last_words() {
    child_->wait(steady_clock::now() + 200ms);
    stderr_text();
  }

  ExecTarget target_;
  Interrupt interrupt_;
  UniqueFd to_child_;
  UniqueFd from_child_;
  UniqueFd stderr_fd_;
  std::optional<Spawned> child_;
  std::string stderr_;
};

}  // namespace

std::unique_ptr<Transport> make_exec_transport(const ExecTarget& target) {
  return std::make_unique<ExecTransport>(target);
}

}  // namespace wgmesh
