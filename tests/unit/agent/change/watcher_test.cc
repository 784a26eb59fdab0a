// Real processes: a worker that forks a watcher and then dies, hangs, or ends in order.
#include "agent/change/watcher.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <thread>

#include "agent/store/atomic_file.h"
#include "agent/store/lock.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::watcher_test {
namespace {

using namespace std::chrono_literals;

// Runs `work` in a process of its own that has a lock and a watcher.
pid_t run_worker(const std::string& folder, std::chrono::milliseconds patience,
                 std::chrono::milliseconds grace, const std::function<void(Watcher&)>& work) {
  const pid_t worker = ::fork();
  if (worker != 0) { return worker; }
  {
    const MeshLock lock(folder, "test", {"worker", 1, 0, 0}, 1s);
    Watcher watcher(lock.fd(), patience, grace, [&](int held) {
      if (::fcntl(held, F_GETFD) >= 0) { write_file(folder + "/finished", "x"); }
    });
    work(watcher);
  }
  ::_exit(0);
}

void wait_for(pid_t worker) { ASSERT_EQ(::waitpid(worker, nullptr, 0), worker); }

// The watcher has ended when the lock it shared is free.
void wait_for_watcher(const std::string& folder) {
  const MeshLock lock(folder, "test", {"test", 0, 0, 0}, 20s);
}

TEST(Watcher, FinishesWhenTheWorkerIsKilled) {
  const TemporaryFolder folder;
  const pid_t worker = run_worker(folder.path(), 60s, 30s, [](Watcher&) { ::raise(SIGKILL); });
  wait_for(worker);
  wait_for_watcher(folder.path());
  EXPECT_TRUE(exists(folder.path() + "/finished"));
}

TEST(Watcher, KillsAWorkerThatHangsAndFinishes) {
  const TemporaryFolder folder;
  const pid_t worker = run_worker(folder.path(), 200ms, 100ms, [](Watcher& watcher) {
    watcher.beat();
    ::raise(SIGSTOP);
  });
  int status = 0;
  ASSERT_EQ(::waitpid(worker, &status, 0), worker);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
  wait_for_watcher(folder.path());
  EXPECT_TRUE(exists(folder.path() + "/finished"));
}

TEST(Watcher, SignsOfLifeKeepItPatient) {
  const TemporaryFolder folder;
  const pid_t worker = run_worker(folder.path(), 1000ms, 500ms, [](Watcher& watcher) {
    for (int i = 0; i < 8; ++i) {
      watcher.beat();
      std::this_thread::sleep_for(300ms);
    }
    watcher.dismiss();
  });
  int status = 0;
  ASSERT_EQ(::waitpid(worker, &status, 0), worker);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_FALSE(exists(folder.path() + "/finished"));
}

TEST(Watcher, KillsNobodyWhenItIsPatient) {
  const TemporaryFolder folder;
  const pid_t worker = run_worker(folder.path(), 200ms, 100ms, [](Watcher& watcher) {
    watcher.be_patient();
    watcher.beat();
    std::this_thread::sleep_for(1000ms);
    watcher.dismiss();
  });
  int status = 0;
  ASSERT_EQ(::waitpid(worker, &status, 0), worker);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_FALSE(exists(folder.path() + "/finished"));
}

TEST(Watcher, FinishesForADeadWorkerWhenItIsPatient) {
  const TemporaryFolder folder;
  const pid_t worker = run_worker(folder.path(), 200ms, 100ms, [](Watcher& watcher) {
    watcher.be_patient();
    ::raise(SIGKILL);
  });
  wait_for(worker);
  wait_for_watcher(folder.path());
  EXPECT_TRUE(exists(folder.path() + "/finished"));
}

TEST(Watcher, KeepsNoDescriptorOfTheSession) {
  const TemporaryFolder folder;
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  const pid_t worker = run_worker(folder.path(), 60s, 30s, [&](Watcher&) {
    // Ends when the test has seen the end of file that the watcher must not keep away.
    write_end.reset();
    while (!exists(folder.path() + "/seen")) { std::this_thread::sleep_for(10ms); }
  });
  write_end.reset();
  char octet = 0;
  EXPECT_EQ(::read(read_end.get(), &octet, 1), 0);
  write_file(folder.path() + "/seen", "");
  wait_for(worker);
  wait_for_watcher(folder.path());
}

}  // namespace
}  // namespace wgmesh::watcher_test
