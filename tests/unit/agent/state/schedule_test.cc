#include "agent/state/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "agent/change/recovery.h"
#include "agent/state/diff.h"
#include "agent/state/first_contact.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/fake_kernel.h"
#include "tests/support/agent/rehearsed_change.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::schedule_test {
namespace {

using ::testing::IsEmpty;

const Scope kScope{"test", {}, {}};

// The same mesh, every key another.
State with_new_keys(State state) {
  Wireguard& device = *state.wireguard;
  device.private_key = secret_of(0x70);
  std::map<PublicKey, WireguardPeer> peers;
  std::uint8_t next = 0x80;
  for (auto& [key, peer] : device.peers) {
    peer.preshared_key = secret_of(next);
    peers[public_key_of(secret_of(next++))] = peer;
  }
  device.peers = peers;
  return state;
}

// Every part of every peer that is due then.
std::map<PublicKey, PeerUpdate> peers_due(const Schedule& all, Due due) {
  std::map<PublicKey, PeerUpdate> found;
  for (const Operation& operation : operations_due(all, due)) {
    const auto* set = std::get_if<SetWireguard>(&operation);
    if (set == nullptr) { continue; }
    for (const PeerUpdate& update : set->peers) { found[update.public_key] = update; }
  }
  return found;
}

std::vector<std::string> described(const std::vector<Operation>& operations) {
  std::vector<std::string> lines;
  for (const Operation& each : operations) { lines.push_back(describe(each)); }
  return lines;
}

bool is_contact(const PeerUpdate& update) {
  return update.endpoint || update.persistent_keepalive.value_or(0) != 0;
}

TEST(Schedule, IsInTheOrderOfTheSteps) {
  const State old = example_state(example_plan());
  const State desired = with_new_keys(old);
  for (const bool rotates : {false, true}) {
    const Schedule all = schedule(desired, old, rotates);
    EXPECT_TRUE(std::ranges::is_sorted(all, {}, &ScheduledOperation::due));
  }
}

TEST(Schedule, IsWhatDiffListsIfNobodyIsNew) {
  const State old = example_state(example_plan());
  State desired = old;
  desired.wireguard->listen_port = 51999;
  desired.bridge->priority = 4096;
  desired.tunnels.erase(desired.tunnels.begin());
  std::vector<Operation> scheduled;
  for (const auto& [operation, due] : schedule(desired, old, false)) {
    scheduled.push_back(operation);
    EXPECT_EQ(due == Due::kCommit, is_deletion(operation)) << describe(operation);
  }
  EXPECT_EQ(scheduled, diff(desired, old));
}

// An end that waits for the call of a new peer has the peer at once, and its endpoint at commit.
TEST(Schedule, HoldsBackTheCallOfOneEnd) {
  const State desired = example_state(example_plan());
  const Schedule all = schedule(desired, {}, false);
  const FirstContact contact(desired, {}, false);
  const auto at_once = peers_due(all, Due::kApply);
  const auto at_commit = peers_due(all, Due::kCommit);
  for (const auto& [key, peer] : desired.wireguard->peers) {
    ASSERT_TRUE(at_once.contains(key));
    EXPECT_EQ(at_once.at(key).allowed_ips, peer.allowed_ips);
    EXPECT_EQ(is_contact(at_once.at(key)), contact.may_call(key));
    EXPECT_EQ(at_commit.contains(key), !contact.may_call(key));
    if (!at_commit.contains(key)) { continue; }
    EXPECT_EQ(at_commit.at(key).endpoint, peer.endpoint);
    EXPECT_EQ(at_commit.at(key).persistent_keepalive, peer.persistent_keepalive);
    EXPECT_FALSE(at_commit.at(key).allowed_ips);
  }
  EXPECT_FALSE(at_commit.empty());
  EXPECT_TRUE(operations_due(all, Due::kSwitch).empty());
  EXPECT_TRUE(operations_due(all, Due::kCall).empty());
}

// Behind the commit point every end may call.
TEST(Schedule, IsFinishedByWhoeverFindsTheJournal) {
  TestNode node;
  const State after = example_state(example_plan());
  node.kernel.apply(operations_due(schedule(after, {}, false), Due::kApply), [](std::size_t) {});
  ASSERT_NE(node.kernel.observe(kScope).state.wireguard, after.wireguard);
  StoredMesh stored;
  stored.private_key = after.wireguard->private_key;
  const auto files = node.store().changes("test", stored);
  node.store().stage("test", stored, files);
  const Journal journal(node.store(), "test");
  journal.begin({{}, after, files, "root@ci7", boot_id()});
  journal.commit();
  finish_open_transaction(node.kernel, node.store(), "test");
  EXPECT_EQ(node.kernel.observe(kScope).state.wireguard, after.wireguard);
}

TEST(Schedule, OfNothingIsNothing) {
  const State old = example_state(example_plan());
  EXPECT_TRUE(schedule(old, old, false).empty());
  EXPECT_TRUE(schedule(old, old, true).empty());
}

class ARotation : public testing::Test {
 protected:
  ARotation() {
    kernel_.apply(diff(old_, {}), [](std::size_t) {});
  }

  void carry_out(const Schedule& all, Due due) {
    kernel_.apply(operations_due(all, due), [](std::size_t) {});
  }
  // What is left, and due until then.
  std::vector<std::string> overdue(const State& desired, Due until) {
    std::vector<Operation> found;
    for (const auto& [operation, due] :
         what_is_left(desired, old_, kernel_.observe(kScope).state, true)) {
      if (due <= until) { found.push_back(operation); }
    }
    return described(found);
  }

  const State old_ = example_state(example_plan());
  const State new_ = with_new_keys(old_);
  const Schedule all_ = schedule(new_, old_, true);
  FakeKernel kernel_;
};

TEST_F(ARotation, StagesPeersThatNobodyTalksToYet) {
  const auto staging = operations_due(all_, Due::kApply);
  ASSERT_EQ(staging.size(), old_.wireguard->peers.size());
  for (const Operation& operation : staging) {
    const auto& set = std::get<SetWireguard>(operation);
    EXPECT_FALSE(set.private_key);
    ASSERT_EQ(set.peers.size(), 1u);
    EXPECT_TRUE(set.peers[0].preshared_key);
    EXPECT_FALSE(set.peers[0].allowed_ips);
    EXPECT_FALSE(is_contact(set.peers[0]));
  }
}

TEST_F(ARotation, SwitchesAllowedIpsAndThenThePrivateKey) {
  const auto switch_over = operations_due(all_, Due::kSwitch);
  ASSERT_EQ(switch_over.size(), 2u);
  const auto& peers = std::get<SetWireguard>(switch_over[0]);
  EXPECT_FALSE(peers.private_key);
  EXPECT_EQ(std::get<SetWireguard>(switch_over[1]).private_key, new_.wireguard->private_key);
  // Nothing is sent to an old peer any more.
  std::set<PublicKey> silenced;
  for (const PeerUpdate& update : peers.peers) {
    if (update.persistent_keepalive == 0) { silenced.insert(update.public_key); }
  }
  for (const auto& [key, peer] : old_.wireguard->peers) { EXPECT_TRUE(silenced.contains(key)); }
  for (const auto& [key, peer] : new_.wireguard->peers) {
    const auto update = std::ranges::find_if(
        peers.peers, [&](const PeerUpdate& each) { return each.public_key == key; });
    ASSERT_NE(update, peers.peers.end());
    EXPECT_EQ(update->allowed_ips, peer.allowed_ips);
    EXPECT_FALSE(is_contact(*update));
  }
}

// Nobody calls a key before its owner has switched to it, and one end of a pair calls first.
TEST_F(ARotation, CallsTheNewPeersLast) {
  const FirstContact contact(new_, old_, true);
  const auto called = peers_due(all_, Due::kCall);
  const auto later = peers_due(all_, Due::kCommit);
  for (const auto& [key, peer] : new_.wireguard->peers) {
    ASSERT_EQ(called.contains(key), contact.may_call(key));
    const PeerUpdate& update = contact.may_call(key) ? called.at(key) : later.at(key);
    EXPECT_EQ(update.endpoint, peer.endpoint);
    EXPECT_EQ(update.persistent_keepalive, peer.persistent_keepalive);
    EXPECT_FALSE(update.allowed_ips);
  }
}

TEST_F(ARotation, LeavesNothingOfAStepToDo) {
  EXPECT_FALSE(overdue(new_, Due::kApply).empty());
  for (const Due due : {Due::kApply, Due::kSwitch, Due::kCall, Due::kCommit}) {
    carry_out(all_, due);
    EXPECT_THAT(overdue(new_, due), IsEmpty());
  }
  EXPECT_TRUE(diff(new_, kernel_.observe(kScope).state).empty());
  // Undo is the same way back, from anywhere on it.
  kernel_.apply(diff(old_, kernel_.observe(kScope).state), [](std::size_t) {});
  EXPECT_TRUE(diff(old_, kernel_.observe(kScope).state).empty());
}

// What else is to change, changes while nobody uses the new keys yet.
TEST_F(ARotation, StagesWhatChangesBesideTheKeys) {
  State wanted = new_;
  wanted.wireguard->interface.mtu = 1360;
  wanted.wireguard->listen_port = 51999;
  const Schedule all = schedule(wanted, old_, true);
  carry_out(all, Due::kApply);
  EXPECT_EQ(kernel_.observe(kScope).state.wireguard->interface.mtu, 1360u);
  EXPECT_NE(kernel_.observe(kScope).state.wireguard->listen_port, 51999);
  for (const Due due : {Due::kSwitch, Due::kCall}) {
    carry_out(all, due);
    EXPECT_THAT(overdue(wanted, due), IsEmpty());
  }
}

TEST_F(ARotation, SeesThatItsDeviceIsGone) {
  kernel_.apply(diff({}, old_), [](std::size_t) {});
  EXPECT_FALSE(overdue(new_, Due::kApply).empty());
}

}  // namespace
}  // namespace wgmesh::schedule_test
