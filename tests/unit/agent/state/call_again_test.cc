#include "agent/state/call_again.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/fake_kernel.h"

namespace wgmesh::call_again_test {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr std::int64_t kNow = 1'000'000;

// A node with three peers. Each may be called again.
class CallAgain : public testing::Test {
 protected:
  CallAgain() {
    kernel_.put(example_state(plan_));
    for (const auto& [key, peer] : peers()) { keys_.insert(key); }
  }

  std::map<PublicKey, WireguardPeer>& peers() {
    return kernel_.interfaces().at("wg-test").wireguard.peers;
  }
  std::optional<SetWireguard> calls() {
    return call_again(kernel_.read("test", false), "test", keys_, kNow);
  }
  std::set<PublicKey> called() {
    std::set<PublicKey> called;
    const auto set = calls();
    for (const PeerUpdate& update : set.value_or(SetWireguard{}).peers) {
      called.insert(update.public_key);
    }
    return called;
  }

  const proto::Plan plan_ = plan_with_addresses();
  FakeKernel kernel_;
  std::set<PublicKey> keys_;
};

TEST_F(CallAgain, MakesPeersAnewAsTheyAre) {
  peers().begin()->second.endpoint = parse_socket_address("198.51.100.7:40000");
  const auto before = kernel_.interfaces();
  const auto set = calls();
  ASSERT_TRUE(set);
  ASSERT_EQ(set->peers.size(), 2 * keys_.size());
  for (std::size_t i = 0; i < set->peers.size(); i += 2) {
    EXPECT_EQ(set->peers[i],
              (PeerUpdate{.public_key = set->peers[i + 1].public_key, .remove = true}));
    EXPECT_FALSE(set->peers[i + 1].update_only);
  }
  kernel_.apply(*set);
  EXPECT_EQ(kernel_.interfaces(), before);
}

// WireGuard calls nobody when it gets a peer without a keepalive.
TEST_F(CallAgain, GivesAPeerWithoutAKeepaliveOneForTheCall) {
  for (auto& [key, peer] : peers()) { peer.persistent_keepalive = 0; }
  const auto before = kernel_.interfaces();
  const auto set = calls();
  ASSERT_TRUE(set);
  ASSERT_EQ(set->peers.size(), 3 * keys_.size());
  EXPECT_EQ(set->peers[1].persistent_keepalive, 1);
  kernel_.apply(*set);
  EXPECT_EQ(kernel_.interfaces(), before);
}

TEST_F(CallAgain, LeavesASessionAlone) {
  const PublicKey live = *keys_.begin();
  const PublicKey lost = *std::next(keys_.begin());
  kernel_.latest_handshakes = {{live, kNow - 180}, {lost, kNow - 181}};
  const PublicKey never = *keys_.rbegin();
  EXPECT_THAT(called(), UnorderedElementsAre(lost, never));
}

// The clock was set back, and the session may live.
TEST_F(CallAgain, LeavesASessionOfTheFutureAlone) {
  for (const PublicKey& key : keys_) { kernel_.latest_handshakes[key] = kNow + 60; }
  EXPECT_EQ(calls(), std::nullopt);
}

TEST_F(CallAgain, LeavesAPeerAloneThatCannotBeCalled) {
  for (auto& [key, peer] : peers()) { peer.endpoint.reset(); }
  EXPECT_EQ(calls(), std::nullopt);
}

TEST_F(CallAgain, CallsNobodyElse) {
  keys_ = {*keys_.begin(), public_key_of(secret_of(77))};
  EXPECT_THAT(called(), ElementsAre(*keys_.find(peers().begin()->first)));
}

TEST_F(CallAgain, WithoutADeviceThereIsNobody) {
  kernel_.interfaces().clear();
  EXPECT_EQ(calls(), std::nullopt);
}

}  // namespace
}  // namespace wgmesh::call_again_test
