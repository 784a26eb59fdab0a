#include "controller/reach/limits.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "controller/text/messages.h"

namespace wgmesh {
namespace {

// While a node is connected by SSH: its socket, the flag that interrupts it, and for a moment the pipes of programs
// that are started (`ssh -G`, a ProxyCommand).
constexpr std::size_t kFilesOfNode = 12;
// Three pipes and the flag. Exec prefixes are started one at a time, so what that takes is needed once.
constexpr std::size_t kFilesOfExecNode = 4;
constexpr std::size_t kOtherFiles = 24;
constexpr rlim_t kMostFiles = 1u << 16;  // enough for the 4096 nodes that a mesh file may have
// A thread, and the process that the exec prefix or a ProxyCommand is.
constexpr std::size_t kProcessesOfNode = 2;
constexpr std::size_t kOtherProcesses = 4;

// The type that getrlimit has in C++ is not an int.
using Resource = decltype(RLIMIT_NOFILE);

rlimit limit_of(Resource resource) noexcept {
  rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
  getrlimit(resource, &limit);
  return limit;
}

void raise_to(Resource resource, rlim_t most) noexcept {
  rlimit limit = limit_of(resource);
  const rlim_t wanted = std::min(limit.rlim_max, most);
  if (limit.rlim_cur >= wanted) { return; }
  limit.rlim_cur = wanted;
  setrlimit(resource, &limit);
}

std::string in_force(Resource resource, char letter, rlim_t unit) {
  const rlim_t limit = limit_of(resource).rlim_cur;
  return limit == RLIM_INFINITY ? std::string()
                                : fmt::format("ulimit -{} is {}", letter, limit / unit);
}

std::string joined(const std::array<std::string, 2>& parts) {
  const char* between = parts[0].empty() || parts[1].empty() ? "" : ", ";
  return parts[0] + between + parts[1];
}

}  // namespace

void raise_limits() noexcept {
  raise_to(RLIMIT_NOFILE, kMostFiles);
  raise_to(RLIMIT_NPROC, RLIM_INFINITY);
}

void check_limits(std::size_t nodes, std::size_t exec_nodes) {
  const auto counted_nodes = fmt::format("{} node{}", nodes, nodes == 1 ? "" : "s");
  const std::size_t files =
      kOtherFiles + (nodes - exec_nodes) * kFilesOfNode + exec_nodes * kFilesOfExecNode;
  if (const rlim_t limit = limit_of(RLIMIT_NOFILE).rlim_cur; limit < files) {
    throw Error(say<"limit-open-files">(counted_nodes, files, limit));
  }
  // The kernel does not count root's.
  const std::size_t processes = kOtherProcesses + nodes * kProcessesOfNode;
  if (const rlim_t limit = limit_of(RLIMIT_NPROC).rlim_cur; geteuid() != 0 && limit < processes) {
    throw Error(say<"limit-processes">(counted_nodes, processes, limit));
  }
}

bool is_own_limit(int error_number) {
  return error_number == EMFILE || error_number == ENFILE || error_number == EAGAIN ||
         error_number == ENOMEM;
}

Error own_limit_error(const std::string& what, int error_number) {
  const std::string memory = in_force(RLIMIT_AS, 'v', 1024);
  std::string limits;
  if (error_number == EMFILE) { limits = in_force(RLIMIT_NOFILE, 'n', 1); }
  if (error_number == ENFILE) { limits = "fs.file-max"; }
  if (error_number == EAGAIN) { limits = joined({in_force(RLIMIT_NPROC, 'u', 1), memory}); }
  if (error_number == ENOMEM) { limits = memory; }
  if (limits.empty()) {
    limits = error_number == EAGAIN ? "pids.max of its control group" : "its memory";
  }
  return Error(say<"limit-reached">(what, std::strerror(error_number), limits));
}

const char* no_memory_text() noexcept {
  static std::array<char, 160> text{};
  const rlimit limit = limit_of(RLIMIT_AS);
  if (limit.rlim_cur == RLIM_INFINITY) { return "mesh: this machine has no memory left for it\n"; }
  std::snprintf(text.data(), text.size(),
                "mesh: the limit of its memory (ulimit -v is %ju) is too small\n  cure: raise it\n",
                static_cast<std::uintmax_t>(limit.rlim_cur / 1024));
  return text.data();
}

}  // namespace wgmesh
