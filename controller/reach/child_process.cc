#include "controller/reach/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <thread>

#include "controller/reach/wait.h"

extern char** environ;

namespace wgmesh {
namespace {

constexpr std::size_t kMaxCaptured = 1u << 20;
constexpr int kAboveChildFds = 16;  // no descriptor of a child has a number this high

class FileActions {
 public:
  FileActions() { posix_spawn_file_actions_init(&actions_); }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;

  // The source is moved up first: it might have the number of a later target.
  void dup(int ours, int theirs) {
    const int high = fcntl(ours, F_DUPFD_CLOEXEC, kAboveChildFds);
    if (high < 0) throw SystemError("fcntl", errno);
    kept_.emplace_back(high);
    posix_spawn_file_actions_adddup2(&actions_, high, theirs);
  }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
  std::vector<UniqueFd> kept_;
};

class Attributes {
 public:
  explicit Attributes(const SpawnOptions& options) {
    posix_spawnattr_init(&attributes_);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    sigset_t blocked;
    sigemptyset(&blocked);
    if (options.shield_interrupt) {
      sigaddset(&blocked, SIGINT);
      sigaddset(&blocked, SIGQUIT);
    }
    posix_spawnattr_setsigmask(&attributes_, &blocked);
    // We ignore SIGPIPE; a child that is told to expects to die of it.
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes_, &defaults);
    if (options.own_group) flags |= POSIX_SPAWN_SETPGROUP;
    posix_spawnattr_setflags(&attributes_, flags);
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

ChildProcess start(const std::vector<std::string>& words, int out, int err) {
  const UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  SpawnOptions options;
  options.fds = {{nothing.get(), 0}, {out, 1}, {err, 2}};
  options.shield_interrupt = true;
  options.own_group = true;
  return ChildProcess(words, options);
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& words, const SpawnOptions& options)
    : own_group_(options.own_group) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  FileActions actions;
  for (const auto& [ours, theirs] : options.fds) actions.dup(ours, theirs);
  const Attributes attributes(options);
  const int failed = posix_spawnp(&pid_, words[0].c_str(), actions.get(), attributes.get(),
                                  arguments.data(), environ);
  if (failed == 0) return;
  pid_ = -1;
  if (failed == ENOENT) throw ProgramMissing(words[0] + ": no such program");
  throw SystemError("start " + words[0], failed);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), own_group_(other.own_group_), status_(other.status_) {}

ChildProcess::~ChildProcess() {
  if (pid_ < 0) return;
  kill(SIGKILL);
  reap(0);
}

std::optional<int> ChildProcess::wait(Deadline deadline) {
  if (status_) return status_;
  // Not through <sys/pidfd.h>: glibc 2.36 declares it with C++ linkage.
  const UniqueFd ended(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  if (!ended) return wait_by_asking(deadline);
  std::array<pollfd, 1> entries{pollfd{ended.get(), POLLIN, 0}};
  try {
    wait_for(entries, deadline, {});
  } catch (const TimedOut&) {
    return std::nullopt;
  }
  reap(0);
  return status_;
}

// For kernels before 5.3, which have no descriptor for a process.
std::optional<int> ChildProcess::wait_by_asking(Deadline deadline) {
  while (!reap(WNOHANG) && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return status_;
}

bool ChildProcess::reap(int options) {
  int status = 0;
  pid_t reaped = 0;
  while ((reaped = waitpid(pid_, &status, options)) < 0 && errno == EINTR) {
  }
  if (reaped == 0) return false;
  pid_ = -1;
  status_ = status;
  return true;
}

void ChildProcess::kill(int signal) {
  if (pid_ > 0) ::kill(own_group_ ? -pid_ : pid_, signal);
}

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
    if (std::chrono::steady_clock::now() >= deadline) throw TimedOut("timed out");
    if (entries[0].revents != 0 && !drain(entries[0].fd, ran.out, kMaxCaptured)) entries[0].fd = -1;
    if (entries[1].revents != 0 && !drain(entries[1].fd, ran.err, kMaxCaptured)) entries[1].fd = -1;
  }
  const std::optional<int> status = program.child.wait(deadline);
  if (!status) throw TimedOut(words[0] + " does not end");
  ran.status = WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status);
  return ran;
}

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw SystemError("pipe", errno);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void set_nonblocking(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) throw SystemError("fcntl", errno);
}

}  // namespace wgmesh
