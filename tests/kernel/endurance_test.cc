// Fifty times up and down in one namespace: no descriptor, memory, process, file or namespace more
// than before, and nothing in the kernel's log.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <set>

#include "agent/change/transaction.h"
#include "agent/linux/linux_kernel.h"
#include "agent/store/lock.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/rehearsed_change.h"
#include "tests/support/agent/test_node.h"
#include "tests/support/kernel/complaint.h"
#include "tests/support/kernel/kernel_test.h"
#include "tests/support/kernel/seen.h"

#ifdef __SANITIZE_ADDRESS__
// Its header comes with clang only.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#endif

namespace wgmesh::endurance_test {
namespace {

using namespace std::chrono_literals;

constexpr int kLoops = 50;
constexpr int kPeers = 4;

std::size_t heap_in_use() {
#ifdef __SANITIZE_ADDRESS__
  return __sanitizer_get_current_allocated_bytes();
#else
  return mallinfo2().uordblks;
#endif
}

std::ptrdiff_t entries_of(const char* folder) {
  const std::filesystem::directory_iterator entries(folder);
  return std::distance(begin(entries), end(entries));
}

std::size_t net_namespaces() {
  std::set<std::string> names;
  for (const auto& process : std::filesystem::directory_iterator("/proc")) {
    std::error_code error;
    const auto name = std::filesystem::read_symlink(process.path() / "ns/net", error);
    if (!error) { names.insert(name); }
  }
  return names.size();
}

// The lines of the kernel's log since the last call that are warnings or worse, and complaints.
class KernelLog {
 public:
  KernelLog() : file_(::open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
    if (file_) { ::lseek(file_.get(), 0, SEEK_END); }
  }
  bool is_open() const { return static_cast<bool>(file_); }
  std::string complaints() const {
    constexpr int kWarning = 4;
    std::string lines;
    char record[8192];
    for (;;) {
      const ssize_t n = ::read(file_.get(), record, sizeof record);
      if (n < 0 && errno == EPIPE) {
        continue;  // overwritten before it was read
      }
      if (n <= 0) { return lines; }
      const std::string line(record, static_cast<std::size_t>(n));
      if (std::stoi(line) % 8 <= kWarning && is_complaint(line)) { lines += line; }
    }
  }

 private:
  UniqueFd file_;
};

class EnduranceTest : public KernelTest {
 protected:
  // As a session does it: with the lock, a watcher, and sockets of its own.
  void run(const WantedChange& goal) {
    const MeshLock lock(folder_.path() + "/run", "test", {"the test", 1, 0, 0}, 10s);
    LinuxKernel kernel;
    const Proposal proposal = make_proposal(kernel, store_, "test", goal);
    Transaction transaction(kernel, store_, {"test", "the test", lock.fd(), 60s, [] {
                                               return std::make_unique<LinuxKernel>();
                                             }});
    transaction.apply(proposal, [](std::size_t, std::size_t) {});
    transaction.commit();
  }

  const TemporaryFolder folder_;
  const Store store_{folder_.path() + "/lib"};
};

TEST_F(EnduranceTest, FiftyTimesUpAndDownLeaveNothing) {
  const WantedChange up = goal_of(example_plan_of(kPeers));
  const WantedChange down = goal_of(proto::REMOVE);
  run(up);
  run(down);  // what is made once and kept: modules, fallback interfaces, buffers
  const KernelLog log;
  ASSERT_TRUE(log.is_open());
  const SeenNode node = seen_node();
  const auto files = files_under(folder_.path());
  const auto open_files = entries_of("/proc/self/fd");
  const auto namespaces = net_namespaces();
  const std::size_t heap = heap_in_use();
  for (int loop = 0; loop < kLoops; ++loop) {
    run(up);
    run(down);
  }
  EXPECT_EQ(heap_in_use(), heap);
  EXPECT_EQ(entries_of("/proc/self/fd"), open_files);
  EXPECT_EQ(net_namespaces(), namespaces);
  EXPECT_EQ(files_under(folder_.path()), files);
  EXPECT_EQ(difference(node, seen_node()), "");
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
  EXPECT_EQ(log.complaints(), "");
  fmt::print("# {} times up and down: {} descriptors and {} octets of heap before and after\n",
             kLoops, open_files, heap);
}

}  // namespace
}  // namespace wgmesh::endurance_test
