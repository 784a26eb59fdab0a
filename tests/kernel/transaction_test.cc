// Transactions on a real kernel, with workers that are refused or killed at every operation in
// turn: the node ends in the old or the new state, never between.
#include "agent/change/transaction.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/linux/failing_kernel.h"
#include "agent/linux/linux_kernel.h"
#include "agent/state/diff.h"
#include "agent/store/lock.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"
#include "tests/support/kernel/kernel_test.h"

namespace wgmesh::transaction_test {
namespace {

using namespace std::chrono_literals;

constexpr int kDone = 0;
constexpr int kRefused = 3;

// What a worker does when its change is committed, and the journal is still open.
enum class AfterCommit : std::uint8_t { kEnds, kDies };

class TransactionTest : public KernelTest {
 protected:
  // The whole transaction in a process of its own, which shares the network namespace. Returns its
  // wait status; its watcher has ended too.
  int run_worker(const proto::Plan& plan, InjectedFault fault,
                 AfterCommit after_commit = AfterCommit::kEnds) {
    const pid_t worker = ::fork();
    if (worker == 0) { ::_exit(work(plan, fault, after_commit)); }
    int status = 0;
    EXPECT_EQ(::waitpid(worker, &status, 0), worker);
    const MeshLock free(run_, "test", {"the test", 0, 0, 0}, 60s);
    return status;
  }

  State seen() { return LinuxKernel().observe({"test", {}, {}}).state; }
  bool is_open() const { return Journal(store_, "test").open().has_value(); }

  const TemporaryFolder folder_;
  const Store store_{folder_.path() + "/lib"};
  const std::string run_ = folder_.path() + "/run";

 private:
  int work(const proto::Plan& plan, InjectedFault fault, AfterCommit after_commit) const {
    try {
      const MeshLock lock(run_, "test", {"the worker", 1, 0, 0}, 60s);
      FailingKernel kernel(std::make_unique<LinuxKernel>(), fault);
      const WantedChange goal{proto::UP, plan, example_secrets(plan), {}};
      const Proposal proposal = make_proposal(kernel, store_, "test", goal);
      Transaction transaction(kernel, store_, {"test", "the worker", lock.fd(), 60s, [] {
                                                 return std::make_unique<LinuxKernel>();
                                               }});
      transaction.apply(proposal, [](std::size_t, std::size_t) {});
      const bool is_refused = transaction.commit().has_value();
      if (after_commit == AfterCommit::kDies) { ::raise(SIGKILL); }
      return is_refused ? kRefused : kDone;
    } catch (const UndoFailed& error) {
      std::fprintf(stderr, "%s\n", error.what());
      return 4;
    } catch (const Error& error) {
      if (fault.fail_at == 0) { std::fprintf(stderr, "%s\n", error.what()); }
      return kRefused;
    }
  }
};

// What is still to do to get from `now` to `wanted`, for messages: empty when they match.
std::string difference(const State& wanted, const State& now) {
  std::string text;
  for (const Operation& operation : diff(wanted, now)) { text += describe(operation) + "\n"; }
  return text;
}

TEST_F(TransactionTest, KilledAnywhereInAFirstUpLeavesNothingOrAll) {
  const proto::Plan plan = example_plan();
  std::size_t k = 1;
  for (;; ++k) {
    ASSERT_TRUE(WIFSIGNALED(run_worker(plan, {.die_at = k}))) << "operation " << k;
    EXPECT_FALSE(is_open());
    if (!store_.meshes().empty()) { break; }
    ASSERT_EQ(seen(), State{}) << "killed before operation " << k;
  }
  EXPECT_GT(k, 10u);
  // Behind the commit point, before the end that waited for a call may call itself.
  const State finished = seen();
  EXPECT_EQ(finished.tunnels.size(), 3u);
  ASSERT_EQ(run_worker(plan, {}), kDone);
  EXPECT_EQ(seen(), finished);
}

TEST_F(TransactionTest, KilledAnywhereInAChangeIsTheOldStateOrTheNewOne) {
  const proto::Plan old_plan = example_plan();
  const proto::Plan new_plan = changed(old_plan);
  ASSERT_EQ(run_worker(old_plan, {}), kDone);
  const State old_state = seen();
  ASSERT_EQ(run_worker(new_plan, {}), kDone);
  const State new_state = seen();
  ASSERT_FALSE(matches(old_state, new_state));

  std::size_t backward = 0;
  std::size_t forward = 0;
  for (std::size_t k = 1;; ++k) {
    ASSERT_EQ(run_worker(old_plan, {}), kDone);
    ASSERT_EQ(difference(old_state, seen()), "");
    const int status = run_worker(new_plan, {.die_at = k});
    EXPECT_FALSE(is_open());
    if (WIFEXITED(status)) { break; }
    const bool is_new = matches(new_state, seen());
    ASSERT_EQ(is_new ? "" : difference(old_state, seen()), "") << "killed before operation " << k;
    // Behind the commit point, and only there, the stored plan is the new one too.
    EXPECT_EQ(same_plan(*store_.load("test").mesh.plan, is_new ? new_plan : old_plan), true);
    ++(is_new ? forward : backward);
  }
  EXPECT_GT(backward, 5u);
  EXPECT_GT(forward, 0u);
}

// In that time the worker answers its controller. A slow connection makes it long.
TEST_F(TransactionTest, KilledBetweenTheCommitAndItsEndLeavesNoJournal) {
  const proto::Plan plan = example_plan();
  ASSERT_TRUE(WIFSIGNALED(run_worker(plan, {}, AfterCommit::kDies)));
  EXPECT_FALSE(is_open());
  EXPECT_EQ(same_plan(*store_.load("test").mesh.plan, plan), true);
  const State committed = seen();
  EXPECT_EQ(committed.tunnels.size(), 3u);
  ASSERT_EQ(run_worker(plan, {}), kDone);
  EXPECT_EQ(difference(committed, seen()), "");
}

TEST_F(TransactionTest, RefusedAnywhereInAChangeIsTheOldState) {
  const proto::Plan old_plan = example_plan();
  ASSERT_EQ(run_worker(old_plan, {}), kDone);
  const State old_state = seen();
  for (std::size_t k = 1;; ++k) {
    const int status = run_worker(changed(old_plan), {.fail_at = k});
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_FALSE(is_open());
    if (WEXITSTATUS(status) == kDone) { break; }
    ASSERT_EQ(WEXITSTATUS(status), kRefused);
    ASSERT_EQ(difference(old_state, seen()), "") << "refused operation " << k;
  }
}

// The root of the tree tells everybody its times, and they are all that the kernel shows of the
// others.
TEST_F(TransactionTest, TimesThatTheRootHidesAreSetAllTheSame) {
  ip("link add lan type bridge stp_state 1 priority 0 forward_delay 2000 hello_time 100");
  ip("link add nic type veth peer name lan0");
  ip("link set lan0 master lan up && ip link set lan up");
  proto::Plan plan = example_plan();
  plan.add_bridge_ports("nic");
  ASSERT_EQ(run_worker(plan, {}), kDone);
  const auto is_root = [] { return LinuxKernel().measure("test").bridge().root_port() == 0; };
  const auto until = [](auto&& holds) {
    for (int i = 0; i < 300 && !holds(); ++i) { ::usleep(100'000); }
    return holds();
  };
  ASSERT_TRUE(until([&] { return !is_root(); }));

  proto::Plan slower = plan;
  slower.mutable_bridge()->set_forward_delay(7);
  ASSERT_EQ(run_worker(slower, {}), kDone);
  LinuxKernel kernel;
  const auto proposal = [&](const proto::Plan& wanted) {
    return make_proposal(kernel, store_, "test", {proto::UP, wanted, example_secrets(wanted), {}});
  };
  EXPECT_TRUE(proposal(slower).changes_nothing());
  // Undone after the times were set: the last operation is refused.
  const proto::Plan other = changed(plan);
  const std::size_t last = operations_due(proposal(other).schedule, Due::kApply).size();
  ASSERT_EQ(WEXITSTATUS(run_worker(other, {.fail_at = last})), kRefused);

  ip("link set lan0 down");
  ASSERT_TRUE(until(is_root));
  EXPECT_EQ(seen().bridge->forward_delay, 700u);
}

}  // namespace
}  // namespace wgmesh::transaction_test
