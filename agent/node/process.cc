#include "agent/node/process.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/store/kernel_text.h"
#include "common/error.h"

namespace wgmesh {

namespace {

constexpr const char* kOomScore = "/proc/self/oom_score_adj";
constexpr std::string_view kLowOomScore = "-900";
constexpr rlim_t kMostFiles = 1024;
constexpr rlim_t kMostMemory = 1u << 30;  // octets; a plan of a thousand peers takes a hundredth

void limit(int what, rlim_t most) {
  const rlimit both{most, most};
  ::setrlimit(static_cast<__rlimit_resource_t>(what), &both);
}

// Files are reached as their owner, modules are loaded by the kernel for whoever may administer the
// network, and of systemctl's privileges only the uid is asked.
void keep_only_net_admin() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> capabilities{};
  if (::syscall(SYS_capget, &header, capabilities.data()) != 0) { return; }
  const std::uint32_t kept = capabilities[0].permitted & (1u << CAP_NET_ADMIN);
  capabilities = {};
  capabilities[0].permitted = capabilities[0].effective = kept;
  ::syscall(SYS_capset, &header, capabilities.data());
}

// False when the kernel refuses.
bool write_text(const char* path, std::string_view text) {
  const UniqueFd file(::open(path, O_WRONLY | O_CLOEXEC));
  return file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

}  // namespace

void lower_oom_score() { write_text(kOomScore, kLowOomScore); }

void harden_process() {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, kMostFiles);
#ifndef __SANITIZE_ADDRESS__
  limit(RLIMIT_AS, kMostMemory);
#endif
  // While we still may: secrets are locked, and so is the watcher.
  limit(RLIMIT_MEMLOCK, RLIM_INFINITY);
  const std::string oom_score = read_kernel_text(kOomScore);
  write_text(kOomScore, kLowOomScore);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  keep_only_net_admin();
  // The lowest score that was set with CAP_SYS_RESOURCE may be set again without it, by the
  // watcher.
  write_text(kOomScore, oom_score);
  ::umask(077);
  // A file that takes one of the three standard numbers would be read or written as if it were one.
  int fd = 0;
  do { fd = ::open("/dev/null", O_RDWR); } while (fd >= 0 && fd <= 2);
  if (fd > 2) { ::close(fd); }
}

UniqueFd take_stdout() {
  UniqueFd out(::fcntl(1, F_DUPFD_CLOEXEC, 3));
  if (!out) { throw SystemError("stdout", errno); }
  ::dup2(2, 1);
  return out;
}

UniqueFd take_stop_signals() {
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t stop;
  sigemptyset(&stop);
  for (const int number : {SIGTERM, SIGHUP, SIGINT}) { sigaddset(&stop, number); }
  ::sigprocmask(SIG_BLOCK, &stop, nullptr);
  UniqueFd fd(::signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) { throw SystemError("signalfd", errno); }
  return fd;
}

}  // namespace wgmesh
