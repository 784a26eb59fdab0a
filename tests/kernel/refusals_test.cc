// A real kernel refuses the i-th operation, for every i, with six errnos, once and from then on;
// afterwards a second reader sees what was there before. In full with WGMESH_LONG=1, else each
// operation with one errno in turn.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <random>

#include "agent/change/recovery.h"
#include "agent/change/transaction.h"
#include "agent/linux/failing_kernel.h"
#include "agent/linux/linux_kernel.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/rehearsed_change.h"
#include "tests/support/agent/test_node.h"
#include "tests/support/kernel/kernel_test.h"
#include "tests/support/kernel/seen.h"
#include "tests/support/seed.h"

namespace wgmesh::refusals_test {
namespace {

constexpr int kErrnos[] = {EPERM, ENOMEM, EBUSY, EINVAL, ENOSPC, EEXIST};

bool is_long() { return std::getenv("WGMESH_LONG") != nullptr; }

std::ptrdiff_t open_files() {
  const std::filesystem::directory_iterator files("/proc/self/fd");
  return std::distance(begin(files), end(files));
}

class KernelRefusalsTest : public KernelTest {
 protected:
  struct Length {
    std::size_t to_apply = 0;
    std::size_t in_all = 0;
  };

  // Throws what the transaction throws.
  Length run(const WantedChange& goal, bool commits, InjectedFault fault) {
    FailingKernel kernel(std::make_unique<LinuxKernel>(), fault);
    const Proposal proposal = make_proposal(kernel, store_, "test", goal);
    Transaction transaction(kernel, store_, {"test", "the test"});
    transaction.apply(proposal, [](std::size_t, std::size_t) {});
    if (commits) {
      transaction.commit();
    } else {
      transaction.undo();
    }
    return {operations_due(proposal.schedule, Due::kApply).size(), kernel.count()};
  }

  // The state that stands now is the one to come back to.
  void refuse_in(const std::string& name, const WantedChange& goal, const InjectedFault& fault,
                 bool commits) {
    const SeenNode before = seen_node();
    const auto files = files_under(folder_.path());
    const auto open_before = open_files();
    EXPECT_TRUE(refused(goal, fault) || !commits);
    if (Journal(store_, "test").open()) {
      EXPECT_TRUE(fault.stays);
      LinuxKernel kernel;
      finish_open_transaction(kernel, store_, "test");
      ++late_;
    }
    ++refusals_;
    EXPECT_EQ(difference(before, seen_node()), "")
        << name << ": operation " << fault.fail_at << " refused with errno " << fault.error_number
        << (fault.stays ? ", and all after it" : "");
    EXPECT_EQ(files_under(folder_.path()), files);
    EXPECT_EQ(open_files(), open_before);
  }

  bool refused(const WantedChange& goal, const InjectedFault& fault) {
    try {
      run(goal, fault.fail_at <= to_apply_, fault);
      return false;
    } catch (const Error&) { return true; }
  }

  // Every operation before the commit point, and every one of the undo behind it.
  void refuse_everywhere(const std::string& name, const WantedChange& goal) {
    const Length length = run(goal, false, {});
    to_apply_ = length.to_apply;
    std::size_t turn = 0;
    const std::size_t stride = is_long() ? 1 : length.in_all / 3 + 1;
    for (std::size_t i = 1; i <= length.in_all; i += stride) {
      for (const int number : kErrnos) {
        for (const bool stays : {false, true}) {
          // A sample: some operations, each in one of 12 combinations (7 has no divisor in common
          // with that).
          if (is_long() || turn++ % 12 == i * 7 % 12) {
            refuse_in(name, goal, {.fail_at = i, .error_number = number, .stays = stays},
                      i <= to_apply_);
          }
          if (HasFailure()) { return; }
        }
      }
    }
  }

  void tell(const std::string& what) const {
    fmt::print("# {} refusals on the real kernel, {}: {} put right by the next command\n",
               refusals_, what, late_);
  }

  const TemporaryFolder folder_;
  const Store store_{folder_.path()};
  std::size_t to_apply_ = 0;
  std::size_t refusals_ = 0;
  std::size_t late_ = 0;
};

TEST_F(KernelRefusalsTest, EveryOperationOfTwoAndEightPeers) {
  ip("link add eth1 type dummy && ip link set eth1 up && ip addr add 203.0.113.1/24 dev eth1");
  for (const int peers : {2, 8}) {
    const proto::Plan plan = example_plan_of(peers);
    const std::string with = fmt::format(" with {} peers", peers);
    refuse_everywhere("up" + with, goal_of(plan));
    run(goal_of(plan), true, {});
    refuse_everywhere("change" + with, goal_of(changed(plan)));
    refuse_everywhere("down" + with, goal_of(proto::DOWN));
    run(goal_of(proto::REMOVE), true, {});
    if (HasFailure()) { return; }
  }
  tell("2 and 8 peers");
}

TEST_F(KernelRefusalsTest, SamplesOfThirtyTwoPeers) {
  const proto::Plan plan = example_plan_of(32);
  std::mt19937 random(drawn_seed());
  const auto draw = [&](std::size_t n) { return random() % n; };
  for (const bool is_change : {false, true}) {
    if (is_change) { run(goal_of(plan), true, {}); }
    const WantedChange goal = goal_of(is_change ? changed(plan) : plan);
    const Length length = run(goal, false, {});
    to_apply_ = length.to_apply;
    for (int sample = 0; sample < (is_long() ? 50 : 1) && !HasFailure(); ++sample) {
      const InjectedFault fault{.fail_at = 1 + draw(length.in_all),
                                .error_number = kErrnos[draw(std::size(kErrnos))],
                                .stays = draw(2) == 1};
      refuse_in(is_change ? "change" : "up", goal, fault, fault.fail_at <= to_apply_);
    }
  }
  tell("32 peers");
}

}  // namespace
}  // namespace wgmesh::refusals_test
