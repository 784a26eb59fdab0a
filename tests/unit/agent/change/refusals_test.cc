// The kernel refuses the i-th operation, for every i, once and from then on, with six errnos: the
// node is in the state that the transaction ended in, at once or after the next agent command. All
// of them with WGMESH_LONG=1, else every n-th.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "agent/change/recovery.h"
#include "agent/state/hosts_block.h"
#include "tests/support/agent/rehearsed_change.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::refusals_test {
namespace {

constexpr int kErrnos[] = {EPERM, ENOMEM, EBUSY, EINVAL, ENOSPC, EEXIST};

struct Refusal {
  const RehearsedChange* change;
  InjectedFault fault;
};

struct Ending {
  bool by_the_next_command = false;
  std::string fault;  // what is wrong with it
};

Ending ending_of(const Refusal& refusal) {
  const RehearsedChange& change = *refusal.change;
  const TemporaryFolder folder;
  NodeUnderChange node(change, folder.path());
  std::string told;
  try {
    node.run(change, refusal.fault);
  } catch (const Error& error) { told = error.message(); }
  // Behind the commit point, and in an undo, a refusal does not turn the transaction round.
  const bool is_new = change.commits && refusal.fault.fail_at > change.to_apply;
  Ending ending;
  if (Journal(node.store, "test").open()) {
    ending.by_the_next_command = true;
    if (!refusal.fault.stays) { ending.fault = "the journal is still open"; }
    try {
      finish_open_transaction(node.kernel, node.store, "test");
    } catch (const Error& error) { ending.fault = error.message(); }
  }
  const NodeSnapshot& expected = is_new ? change.after : change.before;
  const NodeSnapshot end = node.snapshot();
  if (end.interfaces != expected.interfaces) { ending.fault = "links differ"; }
  if (end.files != expected.files) { ending.fault = "files differ"; }
  // Names that are refused for good stay as they are; no interface waits for them.
  const bool is_whole = !end.hosts || !find_hosts_damage(*end.hosts, "test");
  if (end.hosts != expected.hosts && !(refusal.fault.stays && is_whole)) {
    ending.fault = "/etc/hosts differs";
  }
  if (change.commits && !is_new && told.empty()) { ending.fault = "nobody was told"; }
  if (!ending.fault.empty()) {
    ending.fault =
        fmt::format("{}: operation {} of {} refused with errno {}{}: {} ({})", change.name,
                    refusal.fault.fail_at, change.in_all, refusal.fault.error_number,
                    refusal.fault.stays ? ", and all after it" : "", ending.fault, told);
  }
  return ending;
}

std::vector<Refusal> refusals_of(const std::vector<RehearsedChange>& changes) {
  std::vector<Refusal> refusals;
  for (const RehearsedChange& change : changes) {
    // What an undone change applies was refused where it is committed.
    for (std::size_t i = change.commits ? 1 : change.to_apply + 1; i <= change.in_all; ++i) {
      for (const int number : kErrnos) {
        for (const bool stays : {false, true}) {
          refusals.push_back({&change, {.fail_at = i, .error_number = number, .stays = stays}});
        }
      }
    }
  }
  return refusals;
}

TEST(Refusals, EndInTheOldStateOrTheNewOne) {
  std::vector<std::vector<RehearsedChange>> changes;
  std::vector<Refusal> refusals;
  for (const int peers : {2, 8, 32}) { changes.push_back(rehearsed_changes(peers)); }
  for (const auto& of_size : changes) {
    for (const RehearsedChange& change : of_size) {
      ASSERT_EQ(change.before == change.after, !change.commits) << change.name;
    }
    const auto more = refusals_of(of_size);
    refusals.insert(refusals.end(), more.begin(), more.end());
  }
  EXPECT_GE(refusals.size(), 3000u);
  if (std::getenv("WGMESH_LONG") == nullptr) {
    // 12 kinds of refusal to an operation: 13 goes round all of them.
    std::size_t turn = 0;
    std::erase_if(refusals, [&turn](const Refusal&) { return turn++ % 13 != 0; });
  }

  // An undo that is refused for good pauses between its attempts: many pause at once.
  constexpr int kThreads = 48;
  std::atomic<std::size_t> next = 0;
  std::atomic<std::size_t> late = 0;
  std::mutex mutex;
  std::vector<std::string> faults;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (std::size_t mine = next++; mine < refusals.size(); mine = next++) {
        const Ending ending = ending_of(refusals[mine]);
        if (ending.by_the_next_command) { ++late; }
        const std::lock_guard lock(mutex);
        if (!ending.fault.empty()) { faults.push_back(ending.fault); }
      }
    });
  }
  for (std::thread& thread : threads) { thread.join(); }
  for (std::size_t i = 0; i < faults.size() && i < 20; ++i) { ADD_FAILURE() << faults[i]; }
  fmt::print(
      "# {} refusals on the fake kernel, 2, 8 and 32 peers: {} put right at once, {} by the "
      "next command, {} not\n",
      refusals.size(), refusals.size() - late - faults.size(), late.load(), faults.size());
}

}  // namespace
}  // namespace wgmesh::refusals_test
