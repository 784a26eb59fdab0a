// What diff promises, on random states and a fake kernel.
#include "agent/state/diff.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "agent/store/state_file.h"
#include "common/error.h"
#include "tests/support/agent/fake_kernel.h"
#include "tests/support/property/arbitrary_state.h"

namespace wgmesh::diff_test {
namespace {

// A node in a random state, with two NICs and a bridge that are none of ours.
FakeKernel node_in(const State& state) {
  FakeKernel kernel;
  kernel.put(FakeInterface{.name = "br-other", .kind = "bridge"});
  kernel.put(FakeInterface{.name = "eth1", .up = true});
  kernel.put(FakeInterface{.name = "eth2", .master = "br-other"});
  kernel.put(state);
  return kernel;
}

State observed(FakeKernel& kernel) { return kernel.observe(scope_of_mesh()).state; }

// Applies, and logs the list for a failure's report.
void run(FakeKernel& kernel, std::span<const Operation> operations) {
  for (const Operation& operation : operations) { RC_LOG() << describe(operation) << '\n'; }
  kernel.apply(operations, {});
}

bool has_create(const std::vector<Operation>& operations) {
  return std::ranges::any_of(operations, [](const Operation& each) {
    return std::holds_alternative<CreateWireguard>(each) ||
           std::holds_alternative<CreateBridge>(each) || std::holds_alternative<CreateTunnel>(each);
  });
}

void expect_equal(const State& desired, FakeKernel& kernel) {
  const State found = observed(kernel);
  const std::vector<Operation> left = diff(desired, found);
  for (const Operation& operation : left) {
    RC_LOG() << "left over: " << describe(operation) << '\n';
  }
  RC_ASSERT(left.empty());
  RC_ASSERT(matches(desired, found));
}

RC_GTEST_PROP(Diff, LeadsFromAnyStateToAny, ()) {
  FakeKernel kernel = node_in(*arbitrary_state());
  const State desired = *arbitrary_wish();
  run(kernel, diff(desired, observed(kernel)));
  expect_equal(desired, kernel);
}

RC_GTEST_PROP(Diff, LeadsFromAnyStateToAPlan, ()) {
  FakeKernel kernel = node_in(*arbitrary_state());
  const State desired = *planned_state();
  run(kernel, diff(desired, observed(kernel)));
  expect_equal(desired, kernel);
}

RC_GTEST_PROP(Diff, LeadsAsFarAsReadOnlySettingsAllow, ()) {
  FakeKernel kernel = node_in(*arbitrary_state());
  kernel.limits.fixed_settings = true;
  State before = observed(kernel);
  const State desired = *arbitrary_wish();
  run(kernel, diff(desired, before));
  expect_equal(desired, kernel);
  RC_LOG() << "undo:\n";
  before.limits = {};  // as the journal has it
  run(kernel, diff(before, observed(kernel)));
  expect_equal(before, kernel);
}

RC_GTEST_PROP(Diff, IsEmptyExactlyWhenStatesMatch, ()) {
  const State desired = *arbitrary_wish();
  FakeKernel kernel = node_in(*rc::gen::oneOf(arbitrary_state(), rc::gen::just(desired)));
  const State found = observed(kernel);
  RC_ASSERT(diff(desired, found).empty() == matches(desired, found));
}

RC_GTEST_PROP(Diff, LeavesOnlyDeletionsForCommit, ()) {
  FakeKernel kernel = node_in(*arbitrary_state());
  const State desired = *arbitrary_wish();
  std::vector<Operation> all = diff(desired, observed(kernel));
  const std::size_t split = first_deletion(all);
  run(kernel, std::span(all).first(split));

  // Commit can be cut off as well; whoever rolls forward finds the rest.
  std::vector<Operation> rest = diff(desired, observed(kernel));
  RC_ASSERT(first_deletion(rest) == 0u);
  const std::size_t cut = *rc::gen::inRange<std::size_t>(0, rest.size() + 1);
  run(kernel, std::span(rest).first(cut));
  rest = diff(desired, observed(kernel));
  RC_ASSERT(first_deletion(rest) == 0u);
  run(kernel, rest);
  expect_equal(desired, kernel);
}

// Tunnels that are up without their WireGuard device would send in plain.
RC_GTEST_PROP(Diff, DetachesBeforeItDeletes, ()) {
  FakeKernel kernel = node_in(*arbitrary_state());
  State desired = *arbitrary_wish();
  std::vector<Operation> all = diff(desired, observed(kernel));
  run(kernel, std::span(all).first(first_deletion(all)));
  State found = observed(kernel);
  for (const auto& [name, tunnel] : found.tunnels) {
    if (desired.tunnels.contains(name)) { continue; }
    RC_ASSERT(!tunnel.interface.up);
    RC_ASSERT(tunnel.interface.master.empty());
  }
  if (!desired.wireguard || !found.wireguard) { return; }
  for (const auto& [key, peer] : found.wireguard->peers) {
    RC_ASSERT(desired.wireguard->peers.contains(key) || peer.allowed_ips.empty());
  }
}

// `broken` operations at the cut: one is refused, and some after it had been sent already.
RC_GTEST_PROP(Diff, UndoesWhatWasApplied, ()) {
  FakeKernel kernel = node_in(*arbitrary_state());
  const State before = observed(kernel);
  std::vector<Operation> all = diff(*arbitrary_wish(), before);
  std::span<const Operation> const first = std::span(all).first(first_deletion(all));
  const std::size_t cut = *rc::gen::inRange<std::size_t>(0, first.size() + 1);
  run(kernel, first.first(cut));
  const bool deleted = std::ranges::any_of(
      first, [](const Operation& each) { return std::holds_alternative<DeleteInterface>(each); });
  if (cut < first.size() && *rc::gen::arbitrary<bool>()) {
    for (const Operation& operation : first.subspan(cut + 1)) {
      try {
        kernel.apply(operation);
        RC_LOG() << describe(operation) << '\n';
      } catch (const Error&) {
        // It needed the refused one.
      }
    }
  }

  std::vector<Operation> undo = diff(before, observed(kernel));
  RC_LOG() << "undo:\n";
  RC_ASSERT(deleted || !has_create(undo));
  run(kernel, undo);
  expect_equal(before, kernel);
}

// One edit of a node: some tunnels and peers go or change, device and bridge get other settings.
State edited(const State& state, const State& other) {
  const auto chance = [] { return *rc::gen::inRange(0, 100) < 40; };
  State wanted = state;
  if (wanted.bridge && other.bridge) {
    const auto altnames = wanted.bridge->interface.altnames;
    wanted.bridge = other.bridge;
    wanted.bridge->interface.altnames = altnames;
  }
  std::erase_if(wanted.tunnels, [&](const auto&) { return chance(); });
  for (auto& [name, tunnel] : wanted.tunnels) {
    if (chance()) { tunnel.interface.mtu += 20; }
  }
  if (!wanted.wireguard) { return wanted; }
  wanted.wireguard->listen_port++;
  std::erase_if(wanted.wireguard->peers, [&](const auto&) { return chance(); });
  for (auto& [key, peer] : wanted.wireguard->peers) {
    if (chance()) { peer.persistent_keepalive++; }
  }
  return wanted;
}

// What `sync` rests on: traffic of pairs that an edit does not concern.
RC_GTEST_PROP(Diff, TouchesNoTunnelAndNoPeerThatIsAsItShallBe, ()) {
  FakeKernel kernel = node_in(*planned_state());
  State before = observed(kernel);
  State desired = edited(before, *planned_state());
  const std::vector<Operation> operations = diff(desired, before);
  for (const Operation& operation : operations) {
    const std::string text = describe(operation);
    for (const auto& [name, tunnel] : desired.tunnels) {
      if (tunnel == before.tunnels.at(name)) { RC_ASSERT(text.find(name) == std::string::npos); }
    }
    if (!desired.wireguard) { continue; }
    for (const auto& [key, peer] : desired.wireguard->peers) {
      if (peer == before.wireguard->peers.at(key)) {
        RC_ASSERT(text.find(to_base64(key)) == std::string::npos);
      }
    }
    RC_ASSERT(text != "ip link set " + desired.wireguard->interface.name + " down");
  }
  run(kernel, operations);
  expect_equal(desired, kernel);
}

RC_GTEST_PROP(Diff, TakesEverythingDown, ()) {
  FakeKernel kernel = node_in(*arbitrary_state());
  const State observed_before = observed(kernel);
  run(kernel, diff({}, observed_before));
  const State found = observed(kernel);
  RC_ASSERT(!found.wireguard && !found.bridge && found.tunnels.empty());
  RC_ASSERT(kernel.interfaces().size() == 3u);
}

RC_GTEST_PROP(StateFile, RoundTrips, ()) {
  const State state = *arbitrary_state();
  RC_ASSERT(load(save(state)) == state);
}

}  // namespace
}  // namespace wgmesh::diff_test
