#include "agent/state/first_contact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "agent/change/recovery.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh {
namespace {

bool calls(const WireguardPeer& peer) { return peer.endpoint || peer.persistent_keepalive != 0; }

// One of two nodes whose private keys are `own` and `other` throughout, with the other one as its
// peer.
State end_of_pair(std::uint8_t own, std::uint8_t other) {
  State state = example_state(example_plan());
  const WireguardPeer peer = state.wireguard->peers.begin()->second;
  state.wireguard->private_key = secret_of(own);
  state.wireguard->peers = {{public_key_of(secret_of(other)), peer}};
  return state;
}

bool calls_in(const State& state) { return calls(state.wireguard->peers.begin()->second); }

TEST(FirstContact, OneOfTwoEndsCalls) {
  for (std::uint8_t other = 2; other < 40; ++other) {
    const State here = before_first_contact(end_of_pair(1, other), {});
    const State there = before_first_contact(end_of_pair(other, 1), {});
    EXPECT_NE(calls_in(here), calls_in(there)) << "private keys of 1 and " << int{other};
  }
}

// Where both get new keys it is as with new nodes; where one does, the other end has the new peer.
TEST(FirstContact, OneOfTwoEndsCallsInARotation) {
  for (std::uint8_t other = 4; other < 40; ++other) {
    const State here = before_first_contact(end_of_pair(1, other), end_of_pair(2, 3), true);
    const State there = before_first_contact(end_of_pair(other, 1), end_of_pair(3, 2), true);
    EXPECT_NE(calls_in(here), calls_in(there)) << "private keys of 1 and " << int{other};

    const State rotated = before_first_contact(end_of_pair(other, 1), end_of_pair(3, 1), true);
    const State kept = before_first_contact(end_of_pair(1, other), end_of_pair(1, 3), true);
    EXPECT_TRUE(calls_in(rotated));
    EXPECT_FALSE(calls_in(kept));
  }
}

TEST(FirstContact, APeerThatIsThereIsLeftAlone) {
  const State state = example_state(example_plan());
  EXPECT_EQ(before_first_contact(state, state), state);
  EXPECT_NE(before_first_contact(state, {}), state);
}

TEST(FirstContact, TouchesNothingElse) {
  const State wanted = example_state(example_plan());
  State held = before_first_contact(wanted, {});
  for (auto& [key, peer] : held.wireguard->peers) {
    peer.endpoint = wanted.wireguard->peers.at(key).endpoint;
    peer.persistent_keepalive = wanted.wireguard->peers.at(key).persistent_keepalive;
  }
  EXPECT_EQ(held, wanted);
  EXPECT_EQ(before_first_contact({}, {}), State{});
}

// Behind the commit point every end may call.
TEST(FirstContact, WhoHasWaitedHasItsEndpointWhenItIsCommitted) {
  TestNode node;
  const State after = example_state(example_plan());
  State held = before_first_contact(after, {});
  ASSERT_FALSE(std::all_of(held.wireguard->peers.begin(), held.wireguard->peers.end(),
                           [](const auto& entry) { return calls(entry.second); }));
  node.kernel.put(held);
  StoredMesh stored;
  stored.private_key = after.wireguard->private_key;
  const auto files = node.store().changes("test", stored);
  node.store().stage("test", stored, files);
  Journal journal(node.store(), "test");
  journal.begin({{}, after, files, "root@ci7", boot_id()});
  journal.commit();
  finish_open_transaction(node.kernel, node.store(), "test");
  EXPECT_EQ(node.kernel.observe({"test", {}, {}}).state.wireguard, after.wireguard);
}

}  // namespace
}  // namespace wgmesh
