// What a process may still do after it was hardened; each in a process of its own.
#include "agent/node/process.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>

namespace wgmesh::process_test {
namespace {

// 0 when `holds` does in a hardened process.
int in_hardened_process(const std::function<bool()>& holds) {
  const pid_t child = ::fork();
  if (child == 0) {
    harden_process();
    ::_exit(holds() ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

int oom_score() {
  int score = 0;
  std::ifstream("/proc/self/oom_score_adj") >> score;
  return score;
}

std::uint64_t status_number(const std::string& key, int base) {
  std::ifstream status("/proc/thread-self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(key + ":")) {
      return std::stoull(line.substr(key.size() + 1), nullptr, base);
    }
  }
  return ~std::uint64_t{0};
}

TEST(Process, KeepsNoCapabilityButTheOne) {
  const std::uint64_t kept = status_number("CapPrm", 16) & (1u << CAP_NET_ADMIN);
  EXPECT_EQ(in_hardened_process([&] {
              return status_number("CapEff", 16) == kept && status_number("CapPrm", 16) == kept &&
                     status_number("CapInh", 16) == 0 && status_number("CapAmb", 16) == 0;
            }),
            0);
}

TEST(Process, GainsNoneByStartingAProgram) {
  EXPECT_EQ(in_hardened_process([] {
              const std::string kept = fmt::format("{:016x}", status_number("CapPrm", 16));
              const std::string test = "grep -q 'CapPrm.*" + kept + "' /proc/self/status";
              return status_number("NoNewPrivs", 10) == 1 && std::system(test.c_str()) == 0;
            }),
            0);
}

TEST(Process, LeavesNoTraceAndIsBounded) {
  EXPECT_EQ(in_hardened_process([] {
              rlimit core{1, 1};
              rlimit files{};
              ::getrlimit(RLIMIT_CORE, &core);
              ::getrlimit(RLIMIT_NOFILE, &files);
              return core.rlim_max == 0 && files.rlim_max <= 1024 && files.rlim_cur > 64 &&
                     ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 && ::umask(0) == 077;
            }),
            0);
}

// The watcher has to outlive the worker; both are killed in the order of their scores.
TEST(Process, MayBeTheLastThatIsKilledForMemoryAndIsSoOnlyWhenItAsks) {
  const int before = oom_score();
  const pid_t child = ::fork();
  if (child == 0) {
    std::ofstream("/proc/self/oom_score_adj") << before - 1;
    ::_exit(oom_score() == before - 1 ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  if (status != 0) { GTEST_SKIP() << "this user may not lower a score"; }
  EXPECT_EQ(in_hardened_process([&] { return oom_score() == before; }), 0);
  EXPECT_EQ(in_hardened_process([&] {
              const pid_t watcher = ::fork();
              if (watcher == 0) {
                lower_oom_score();
                ::_exit(oom_score() == -900 ? 0 : 1);
              }
              int result = -1;
              ::waitpid(watcher, &result, 0);
              return result == 0 && oom_score() == before;
            }),
            0);
}

}  // namespace
}  // namespace wgmesh::process_test
