// The agent is killed, or the power is cut, before and after every call that changes a file; and
// every such call fails. What starts afterwards finds the old state or the new one, whole. All of
// them with WGMESH_LONG=1, else every n-th.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "agent/change/recovery.h"
#include "agent/store/atomic_file.h"
#include "tests/support/agent/rehearsed_change.h"
#include "tests/support/agent/test_node.h"
#include "tests/unit/agent/disk_faults.h"

namespace wgmesh::crash_points_test {
namespace {

constexpr int kPeers = 3;
constexpr int kNotReached = 100;

std::size_t stride() { return std::getenv("WGMESH_LONG") == nullptr ? 7 : 1; }

enum class End { kKilled, kPowerCut, kPowerCutNamesKept };

// Returns what is wrong, or an empty text when all is right. Right is: the node is what it was or
// what it was to be, and its files say which. One run of the change leads to its end. A second run
// has nothing to do.
std::string fault_after(const RehearsedChange& change, NodeUnderChange& node, bool kernel_lives) {
  finish_open_transaction(node.kernel, node.store, "test");
  if (Journal(node.store, "test").open()) { return "the journal is open"; }
  const NodeSnapshot now = node.snapshot();
  if (now.files != change.before.files && now.files != change.after.files) {
    std::string names;
    for (const auto& [name, content] : now.files) { names += " " + name; }
    return "files are neither old nor new:" + names;
  }
  if (now.files.empty() && exists(node.store.folder("test"))) { return "an empty folder is left"; }
  const NodeSnapshot& right = now.files == change.after.files ? change.after : change.before;
  if (kernel_lives && now.interfaces != right.interfaces) {
    return "links are not those of the files";
  }
  if (now.hosts != right.hosts) { return "the names in /etc/hosts are not those of the files"; }
  RehearsedChange again = change;
  again.commits = true;
  node.run(again);
  if (!make_proposal(node.kernel, node.store, "test", change.goal).changes_nothing()) {
    return "a second run has something to do";
  }
  return change.commits && kernel_lives && node.kernel.interfaces() != change.after.interfaces
             ? "the next run leads elsewhere"
             : "";
}

[[noreturn]] void restart(const RehearsedChange& change, NodeUnderChange& node, End end) {
  if (end != End::kKilled) {
    disk::cut_power(end == End::kPowerCut ? disk::Names::kAsSynced : disk::Names::kAsLastSeen);
    std::erase_if(node.kernel.interfaces(),
                  [](const auto& interface) { return interface.first != "eth1"; });
  } else {
    disk::stop_watching();
  }
  std::string fault;
  try {
    fault = fault_after(change, node, end == End::kKilled);
  } catch (const std::exception& error) { fault = error.what(); }
  if (!fault.empty()) { fmt::print(stderr, "{}\n", fault); }
  std::fflush(nullptr);
  ::_exit(fault.empty() ? 0 : 1);
}

// The exit status of the restarted agent, or kNotReached.
int crash(const RehearsedChange& change, std::size_t point, End end) {
  const TemporaryFolder folder;
  make_folder(folder.path() + "/kept");
  const pid_t worker = ::fork();
  if (worker == 0) {
    NodeUnderChange node(change, folder.path() + "/lib");
    disk::watch(folder.path(), folder.path() + "/kept");
    disk::crash_at(point, [&] { restart(change, node, end); });
    node.run(change);
    ::_exit(kNotReached);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(worker, &status, 0), worker);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(CrashPoints, LeaveTheOldStateOrTheNewOne) {
  std::size_t crashes = 0;
  for (const RehearsedChange& change : rehearsed_changes(kPeers)) {
    // So the files tell which state it is.
    ASSERT_EQ(change.before.files == change.after.files, !change.commits);
    for (const End end : {End::kKilled, End::kPowerCut, End::kPowerCutNamesKept}) {
      std::size_t point = 1;
      for (;; point += stride()) {
        const int status = crash(change, point, end);
        if (status == kNotReached) { break; }
        EXPECT_EQ(status, 0) << change.name << ", "
                             << (end == End::kKilled ? "killed" : "power cut") << " at point "
                             << point;
        ++crashes;
      }
      EXPECT_GT(point, 10u) << change.name;
    }
  }
  fmt::print("# {} crashes around file operations (kills and power cuts)\n", crashes);
}

TEST(DiskErrors, LeaveTheOldStateOrTheNewOne) {
  std::size_t errors = 0;
  for (const RehearsedChange& change : rehearsed_changes(kPeers)) {
    for (const int number : {ENOSPC, EIO, EROFS}) {
      for (const bool stays : {false, true}) {
        for (std::size_t call = 1 + errors % stride();; call += stride()) {
          const TemporaryFolder folder;
          make_folder(folder.path() + "/kept");
          NodeUnderChange node(change, folder.path() + "/lib");
          disk::watch(folder.path(), folder.path() + "/kept");
          disk::fail_at(call, number, stays);
          bool told = false;
          try {
            node.run(change);
          } catch (const Error&) { told = true; }
          const bool reached = disk::calls() >= call;
          disk::stop_watching();
          if (!reached) { break; }
          ++errors;
          const auto where = fmt::format("{}: call {} fails with errno {}{}", change.name, call,
                                         number, stays ? ", and all after it" : "");
          try {
            EXPECT_EQ(fault_after(change, node, true), "") << where << (told ? ", told" : "");
          } catch (const Error& error) { ADD_FAILURE() << where << ": " << error.what(); }
        }
      }
    }
  }
  fmt::print("# {} failed file operations\n", errors);
}

}  // namespace
}  // namespace wgmesh::crash_points_test
