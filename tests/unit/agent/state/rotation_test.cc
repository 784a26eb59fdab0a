#include "agent/state/rotation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "agent/state/diff.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/fake_kernel.h"
#include "tests/support/agent/rehearsed_change.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh {
namespace {

// The same mesh, every key another.
State with_new_keys(State state) {
  Wireguard& device = *state.wireguard;
  device.private_key = secret_of(0x77);
  std::map<PublicKey, WireguardPeer> peers;
  std::uint8_t next = 0x80;
  for (auto& [key, peer] : device.peers) {
    peer.preshared_key = secret_of(next);
    peers[public_key_of(secret_of(next++))] = peer;
  }
  device.peers = peers;
  return state;
}

class ARotation : public testing::Test {
 protected:
  const State old_ = example_state(example_plan());
  const State new_ = with_new_keys(old_);
  const Rotation rotation_ = rotation_of(new_, old_);
};

TEST_F(ARotation, StagesPeersThatNobodyTalksToYet) {
  ASSERT_EQ(rotation_.staging.size(), old_.wireguard->peers.size());
  for (const Operation& operation : rotation_.staging) {
    const auto& set = std::get<SetWireguard>(operation);
    EXPECT_FALSE(set.private_key);
    ASSERT_EQ(set.peers.size(), 1u);
    EXPECT_TRUE(set.peers[0].preshared_key);
    EXPECT_FALSE(set.peers[0].allowed_ips && !set.peers[0].allowed_ips->empty());
    EXPECT_EQ(set.peers[0].persistent_keepalive.value_or(0), 0);
    EXPECT_FALSE(set.peers[0].endpoint);
  }
}

TEST_F(ARotation, SwitchesAllowedIpsAndThenThePrivateKey) {
  ASSERT_EQ(rotation_.switch_over.size(), 2u);
  const auto& peers = std::get<SetWireguard>(rotation_.switch_over[0]);
  EXPECT_FALSE(peers.private_key);
  EXPECT_EQ(std::get<SetWireguard>(rotation_.switch_over[1]).private_key,
            new_.wireguard->private_key);
  // Nothing is sent to an old peer any more.
  std::set<PublicKey> silenced;
  for (const PeerUpdate& update : peers.peers) {
    if (update.persistent_keepalive == 0) silenced.insert(update.public_key);
  }
  for (const auto& [key, peer] : old_.wireguard->peers) EXPECT_TRUE(silenced.contains(key));
  for (const auto& [key, peer] : new_.wireguard->peers) {
    const auto update =
        std::find_if(peers.peers.begin(), peers.peers.end(),
                     [&](const PeerUpdate& each) { return each.public_key == key; });
    ASSERT_NE(update, peers.peers.end());
    EXPECT_EQ(update->allowed_ips, peer.allowed_ips);
    EXPECT_FALSE(update->endpoint);
    EXPECT_EQ(update->persistent_keepalive.value_or(0), 0);
  }
}

// Nobody calls a key before its owner has switched to it.
TEST_F(ARotation, CallsTheNewPeersLast) {
  std::set<PublicKey> called;
  for (const Operation& operation : rotation_.calls) {
    for (const PeerUpdate& update : std::get<SetWireguard>(operation).peers) {
      const WireguardPeer& peer = new_.wireguard->peers.at(update.public_key);
      EXPECT_EQ(update.endpoint, peer.endpoint);
      EXPECT_EQ(update.persistent_keepalive, peer.persistent_keepalive);
      EXPECT_FALSE(update.allowed_ips);
      called.insert(update.public_key);
    }
  }
  EXPECT_EQ(called.size(), new_.wireguard->peers.size());
}

TEST_F(ARotation, LeavesOnlyTheOldPeersToDelete) {
  FakeKernel kernel;
  kernel.apply(diff(old_, {}), [](std::size_t) {});
  kernel.apply(rotation_.staging, [](std::size_t) {});
  const Scope scope{"test", {}, {}};
  EXPECT_TRUE(diff(rotation_.staged, kernel.observe(scope).state).empty());
  kernel.apply(rotation_.switch_over, [](std::size_t) {});
  kernel.apply(rotation_.calls, [](std::size_t) {});
  const auto left = diff(new_, kernel.observe(scope).state);
  EXPECT_EQ(first_deletion(left), 0u);
  EXPECT_EQ(left.size(), old_.wireguard->peers.size());
  kernel.apply(left, [](std::size_t) {});
  EXPECT_TRUE(diff(new_, kernel.observe(scope).state).empty());
  // Undo is the same way back, from anywhere on it.
  kernel.apply(diff(old_, kernel.observe(scope).state), [](std::size_t) {});
  EXPECT_TRUE(diff(old_, kernel.observe(scope).state).empty());
}

// What else is to change, changes while nobody uses the new keys yet.
TEST_F(ARotation, StagesWhatChangesBesideTheKeys) {
  State wanted = new_;
  wanted.wireguard->link.mtu = 1360;
  wanted.wireguard->listen_port = 51999;
  const Rotation rotation = rotation_of(wanted, old_);
  EXPECT_EQ(rotation.staged.wireguard->link.mtu, 1360u);
  FakeKernel kernel;
  kernel.apply(diff(old_, {}), [](std::size_t) {});
  const Scope scope{"test", {}, {}};
  kernel.apply(rotation.staging, [](std::size_t) {});
  EXPECT_TRUE(diff(rotation.staged, kernel.observe(scope).state).empty());
  kernel.apply(rotation.switch_over, [](std::size_t) {});
  kernel.apply(rotation.calls, [](std::size_t) {});
  EXPECT_EQ(first_deletion(diff(wanted, kernel.observe(scope).state)), 0u);
}

TEST_F(ARotation, OfNothingIsNothing) {
  const Rotation none = rotation_of(old_, old_);
  EXPECT_TRUE(none.staging.empty());
  EXPECT_TRUE(none.calls.empty());
  EXPECT_TRUE(none.switch_over.empty());
}

}  // namespace
}  // namespace wgmesh
