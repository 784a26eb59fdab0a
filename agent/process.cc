#include "agent/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

#include <cerrno>

#include "common/error.h"

namespace wgmesh {

void harden_process() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  ::umask(077);
  // A file that takes one of the three standard numbers would be read or written as if it were one.
  int fd = 0;
  do {
    fd = ::open("/dev/null", O_RDWR);
  } while (fd >= 0 && fd <= 2);
  if (fd > 2) ::close(fd);
}

UniqueFd take_stdout() {
  UniqueFd out(::fcntl(1, F_DUPFD_CLOEXEC, 3));
  if (!out) throw SystemError("stdout", errno);
  ::dup2(2, 1);
  return out;
}

UniqueFd take_stop_signals() {
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t stop;
  sigemptyset(&stop);
  for (const int number : {SIGTERM, SIGHUP, SIGINT}) sigaddset(&stop, number);
  ::sigprocmask(SIG_BLOCK, &stop, nullptr);
  UniqueFd fd(::signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) throw SystemError("signalfd", errno);
  return fd;
}

}  // namespace wgmesh
