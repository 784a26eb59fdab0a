#include "common/spawned.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <thread>

#include "common/messages.h"
#include "common/posix.h"

extern char** environ;

namespace wgmesh {
namespace {

using std::chrono::steady_clock;

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
    if (high < 0) { throw SystemError("fcntl", errno); }
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
    if (options.own_group) { flags |= POSIX_SPAWN_SETPGROUP; }
    posix_spawnattr_setflags(&attributes_, flags);
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) { pointers.push_back(const_cast<char*>(text.c_str())); }
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Spawned::Spawned(const std::vector<std::string>& words, const SpawnOptions& options)
    : own_group_(options.own_group) {
  const std::vector<char*> arguments = pointers_to(words);
  const std::vector<char*> environment = pointers_to(options.environment);
  char* const* const environment_given = options.environment.empty() ? environ : environment.data();
  FileActions actions;
  for (const auto& [ours, theirs] : options.fds) { actions.dup(ours, theirs); }
  const Attributes attributes(options);
  const auto spawn = options.path.empty() ? posix_spawnp : posix_spawn;
  const std::string& program = options.path.empty() ? words[0] : options.path;
  const int failed = spawn(&pid_, program.c_str(), actions.get(), attributes.get(),
                           arguments.data(), environment_given);
  if (failed == 0) { return; }
  pid_ = -1;
  if (failed == ENOENT) { throw ProgramMissing(say_common<"program-missing">(program)); }
  throw SystemError("start " + program, failed);
}

Spawned::Spawned(Spawned&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), own_group_(other.own_group_), status_(other.status_) {}

Spawned::~Spawned() {
  if (pid_ < 0) { return; }
  kill(SIGKILL);
  reap(0);
}

std::optional<int> Spawned::wait(steady_clock::time_point deadline) {
  if (status_) { return status_; }
  // Not through <sys/pidfd.h>: glibc 2.36 declares it with C++ linkage.
  const UniqueFd ended(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  if (!ended) { return wait_by_asking(deadline); }
  for (;;) {
    const auto left =
        std::clamp(std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()),
                   std::chrono::milliseconds(0), std::chrono::milliseconds(std::chrono::hours(1)));
    pollfd entry{ended.get(), POLLIN, 0};
    const int count = ::poll(&entry, 1, static_cast<int>(left.count()));
    if (count < 0 && errno != EINTR) { throw SystemError("poll", errno); }
    if (count > 0) { break; }
    if (steady_clock::now() >= deadline) { return std::nullopt; }
  }
  reap(0);
  return status_;
}

// For kernels before 5.3, which have no descriptor for a process.
std::optional<int> Spawned::wait_by_asking(steady_clock::time_point deadline) {
  while (!reap(WNOHANG) && steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return status_;
}

bool Spawned::reap(int options) {
  int status = 0;
  const pid_t reaped = retry([&] { return waitpid(pid_, &status, options); });
  if (reaped == 0) { return false; }
  pid_ = -1;
  status_ = status;
  return true;
}

void Spawned::kill(int signal) {
  if (pid_ > 0) { ::kill(own_group_ ? -pid_ : pid_, signal); }
}

}  // namespace wgmesh
