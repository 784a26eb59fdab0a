#include "agent/change/watcher.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "agent/node/process.h"
#include "common/boot_clock.h"
#include "common/error.h"
#include "common/posix.h"

namespace wgmesh {
namespace {

constexpr char kBeat = 'b';
constexpr char kPatient = 'p';
constexpr char kOver = 'o';

using std::chrono::milliseconds;

// poll() does not count the time in which the machine sleeps.
constexpr milliseconds kLook{1000};

enum class WorkerEnd { kOver, kDied, kHangs };

WorkerEnd watch(int life, milliseconds patience, milliseconds grace) {
  auto sign = BootClock::now();
  milliseconds waited{0};  // of the grace
  bool waits_for_death = false;
  for (;;) {
    const auto now = BootClock::now();
    const bool is_patient = now < sign + patience;
    const milliseconds asked = std::clamp(
        is_patient ? std::chrono::ceil<milliseconds>(sign + patience - now) : grace - waited,
        milliseconds(1), kLook);
    pollfd fd{life, POLLIN, 0};
    const int n = ::poll(&fd, 1, waits_for_death ? -1 : static_cast<int>(asked.count()));
    if (n < 0 && errno != EINTR) { return WorkerEnd::kDied; }
    if (n == 0 && !is_patient) { waited += asked; }
    if (n == 0 && waited >= grace) { return WorkerEnd::kHangs; }
    if (n <= 0) { continue; }
    sign = BootClock::now();
    waited = milliseconds(0);
    std::array<char, 256> signs;
    const ssize_t size = ::read(life, signs.data(), signs.size());
    if (size <= 0) { return WorkerEnd::kDied; }
    const std::string_view said(signs.data(), static_cast<std::size_t>(size));
    if (said.ends_with(kOver)) { return WorkerEnd::kOver; }
    if (said.find(kPatient) != std::string_view::npos) { waits_for_death = true; }
  }
}

// Only the two that are needed stay open: an inherited stdout would keep the SSH channel open. They
// become 3 and 4, behind /dev/null for the standard three.
void keep_only(int life, int lock) {
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  const int high_life = ::fcntl(life, F_DUPFD, 10);
  const int high_lock = ::fcntl(lock, F_DUPFD, 10);
  for (const int standard : {0, 1, 2}) { ::dup2(null, standard); }
  ::dup3(high_life, 3, O_CLOEXEC);
  ::dup3(high_lock, 4, O_CLOEXEC);
  // Not close_range(): kernels before 5.9 have none.
  const long last = ::sysconf(_SC_OPEN_MAX);
  if (::syscall(SYS_close_range, 5, ~0U, 0) == 0) { return; }
  for (int fd = 5; fd < static_cast<int>(last > 0 ? last : 1024); ++fd) { ::close(fd); }
}

[[noreturn]] void run_child(int lock, pid_t worker, const std::function<WorkerEnd()>& watch,
                            const std::function<void(int)>& finish) {
  // What ends a login session must not end this.
  ::setsid();
  // Locked memory is not inherited, and the worker's secrets are in ours too.
  ::mlockall(MCL_CURRENT);
  lower_oom_score();
  for (const int number : {SIGHUP, SIGTERM, SIGINT, SIGPIPE}) { ::signal(number, SIG_IGN); }
  const WorkerEnd end = watch();
  if (end == WorkerEnd::kOver) { ::_exit(0); }
  // Our parent's number cannot be another's while it is our parent.
  if (end == WorkerEnd::kHangs && ::getppid() == worker) {
    ::kill(worker, SIGKILL);
    while (::getppid() == worker) { ::poll(nullptr, 0, 10); }
  }
  try {
    finish(lock);
  } catch (...) {
    ::_exit(1);  // the journal stays, and the next agent command tries again
  }
  ::_exit(0);
}

}  // namespace

Watcher::Watcher(int lock, milliseconds patience, milliseconds grace,
                 const std::function<void(int)>& finish) {
  Pipe pipe = make_pipe(O_NONBLOCK);
  life_ = std::move(pipe.write_end);
  const pid_t worker = ::getpid();
  child_ = ::fork();
  if (child_ < 0) { throw SystemError("fork", errno); }
  if (child_ > 0) { return; }
  keep_only(pipe.read_end.get(), lock);
  run_child(
      4, worker, [&] { return watch(3, patience, grace); }, finish);
}

void Watcher::beat() const { (void)!::write(life_.get(), &kBeat, 1); }

void Watcher::be_patient() const { (void)!::write(life_.get(), &kPatient, 1); }

void Watcher::dismiss() {
  if (child_ < 0) { return; }
  (void)!::write(life_.get(), &kOver, 1);
  life_.reset();
  retry([&] { return ::waitpid(child_, nullptr, 0); });
  child_ = -1;
}

}  // namespace wgmesh
