#include "controller/reach/limits.h"

#include <gmock/gmock.h>
#include <sys/fsuid.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace wgmesh::limits_test {
namespace {

using testing::HasSubstr;
using testing::Not;

// Limits that are lowered stay so: each test has a process of its own.
template <typename Act>
int status_of(const Act& act) {
  const pid_t child = fork();
  if (child == 0) { _exit(act()); }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST(Limits, TheSoftLimitOfOpenFilesBecomesTheHardOne) {
  EXPECT_EQ(status_of([] {
              rlimit limit{64, 4000};
              setrlimit(RLIMIT_NOFILE, &limit);
              raise_limits();
              getrlimit(RLIMIT_NOFILE, &limit);
              return limit.rlim_cur == 4000 ? 3 : 4;
            }),
            3);
}

// A thousand nodes by an exec prefix fit into the usual hard limit of 4096.
TEST(Limits, NodesBehindAnExecPrefixTakeFourFilesEach) {
  EXPECT_EQ(status_of([] {
              const rlimit limit{4096, 4096};
              setrlimit(RLIMIT_NOFILE, &limit);
              try {
                check_limits(1000, 1000);
              } catch (const Error&) { return 1; }
              try {
                check_limits(1000, 900);
              } catch (const Error&) { return 3; }
              return 4;
            }),
            3);
}

// Some programs that we start look at every descriptor that they may have.
TEST(Limits, AreNotRaisedBeyondAllNeed) {
  EXPECT_EQ(status_of([] {
              rlimit limit{};
              getrlimit(RLIMIT_NOFILE, &limit);
              if (limit.rlim_max < 100'000) { return 3; }
              limit.rlim_cur = 64;
              setrlimit(RLIMIT_NOFILE, &limit);
              raise_limits();
              getrlimit(RLIMIT_NOFILE, &limit);
              return limit.rlim_cur == 65536 ? 3 : 4;
            }),
            3);
}

TEST(Limits, TooFewOpenFilesAreRefusedWithTheNumber) {
  EXPECT_EQ(status_of([] {
              const rlimit limit{200, 200};
              setrlimit(RLIMIT_NOFILE, &limit);
              try {
                check_limits(10);
              } catch (const Error&) { return 1; }
              try {
                check_limits(100);
              } catch (const Error& error) {
                const bool is_named = error.message().find("200 (ulimit -n)") != std::string::npos;
                const bool is_curable = error.cure().find("ulimit -n 1224") != std::string::npos;
                return is_named && is_curable && error.id() == "limit-open-files" ? 3 : 5;
              }
              return 4;
            }),
            3);
}

TEST(Limits, TooFewProcessesAreRefusedButToRoot) {
  const auto refuses = [] {
    const rlimit limit{20, 20};
    setrlimit(RLIMIT_NPROC, &limit);
    try {
      check_limits(100);
    } catch (const Error& error) {
      const bool is_named = error.message().find("204 threads and processes") != std::string::npos;
      return is_named && error.id() == "limit-processes" ? 3 : 5;
    }
    return 4;
  };
  if (geteuid() != 0) {
    EXPECT_EQ(status_of(refuses), 3);
    return;
  }
  EXPECT_EQ(status_of(refuses), 4);
  EXPECT_EQ(status_of([&] {
              if (seteuid(65534) != 0) { return 1; }
              setfsuid(0);  // root's files stay within reach, the one that notes what was said too
              return refuses();
            }),
            3);
}

TEST(Limits, AreToldAsThoseOfThisMachine) {
  const Error files = own_limit_error("pipe", EMFILE);
  EXPECT_THAT(files.message(), HasSubstr("pipe: Too many open files on this machine, not on a node "
                                         "(ulimit -n is "));
  EXPECT_THAT(own_limit_error("start 9 threads", EAGAIN).message(),
              HasSubstr("Resource temporarily unavailable on this machine"));
  EXPECT_THAT(own_limit_error("socket", ENFILE).message(), HasSubstr("fs.file-max"));
  EXPECT_THAT(files.cure(), Not(HasSubstr("reachable")));
  EXPECT_EQ(files.id(), "limit-reached");
  EXPECT_FALSE(is_own_limit(ECONNREFUSED));
}

TEST(Limits, TooLittleMemoryIsNamed) {
  EXPECT_EQ(std::string(no_memory_text()).find("mesh: "), 0u);
}

}  // namespace
}  // namespace wgmesh::limits_test
