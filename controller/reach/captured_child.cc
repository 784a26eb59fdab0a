#include "controller/reach/captured_child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "common/posix.h"
#include "controller/reach/wait.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

constexpr std::size_t kMaxCaptured = 1U << 20;

Spawned start(const std::vector<std::string>& words, int out, int err) {
  const UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  SpawnOptions options;
  options.fds = {{nothing.get(), 0}, {out, 1}, {err, 2}};
  options.shield_interrupt = true;
  options.own_group = true;
  return Spawned(words, options);
}

}  // namespace

CapturedChild::CapturedChild(const std::vector<std::string>& words)
    : CapturedChild(words, make_pipe(), make_pipe()) {}

CapturedChild::CapturedChild(const std::vector<std::string>& words, Pipe out_pipe, Pipe err_pipe)
    : out(std::move(out_pipe.read_end)),
      err(std::move(err_pipe.read_end)),
      child(start(words, out_pipe.write_end.get(), err_pipe.write_end.get())) {
  set_nonblocking(out.get());
  set_nonblocking(err.get());
}

Ran run_captured(const std::vector<std::string>& words, Deadline deadline,
                 const Interrupt* interrupt) {
  CapturedChild program(words);
  Ran ran;
  std::array<pollfd, 2> entries{pollfd{program.out.get(), POLLIN, 0},
                                pollfd{program.err.get(), POLLIN, 0}};
  while (entries[0].fd >= 0 || entries[1].fd >= 0) {
    wait_for(entries, deadline, {interrupt});
    // Who writes without end leaves no wait that could run out.
    if (std::chrono::steady_clock::now() >= deadline) { throw TimedOut(say<"reach-timed-out">()); }
    if (entries[0].revents != 0 && !drain(entries[0].fd, ran.out, kMaxCaptured)) {
      entries[0].fd = -1;
    }
    if (entries[1].revents != 0 && !drain(entries[1].fd, ran.err, kMaxCaptured)) {
      entries[1].fd = -1;
    }
  }
  const std::optional<int> status = program.child.wait(deadline);
  if (!status) { throw TimedOut(say<"reach-program-endless">(words[0])); }
  ran.status = WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status);
  return ran;
}

}  // namespace wgmesh
