#include "agent/state/first_contact.h"

#include <gtest/gtest.h>

#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::first_contact_test {
namespace {

// One of two nodes whose private keys are `own` and `other` throughout, with the other one as its
// peer.
State end_of_pair(std::uint8_t own, std::uint8_t other) {
  State state = example_state(example_plan());
  const WireguardPeer peer = state.wireguard->peers.begin()->second;
  state.wireguard->private_key = secret_of(own);
  state.wireguard->peers = {{public_key_of(secret_of(other)), peer}};
  return state;
}

bool calls(const State& desired, const State& before, bool rotates = false) {
  return FirstContact(desired, before, rotates).may_call(desired.wireguard->peers.begin()->first);
}

TEST(FirstContact, OneOfTwoEndsCalls) {
  for (std::uint8_t other = 2; other < 40; ++other) {
    EXPECT_NE(calls(end_of_pair(1, other), {}), calls(end_of_pair(other, 1), {}))
        << "private keys of 1 and " << int{other};
  }
}

// Where both get new keys it is as with new nodes; where one does, the other end has the new peer.
TEST(FirstContact, OneOfTwoEndsCallsInARotation) {
  for (std::uint8_t other = 4; other < 40; ++other) {
    EXPECT_NE(calls(end_of_pair(1, other), end_of_pair(2, 3), true),
              calls(end_of_pair(other, 1), end_of_pair(3, 2), true))
        << "private keys of 1 and " << int{other};
    EXPECT_TRUE(calls(end_of_pair(other, 1), end_of_pair(3, 1), true));
    EXPECT_FALSE(calls(end_of_pair(1, other), end_of_pair(1, 3), true));
  }
}

TEST(FirstContact, APeerThatIsThereIsCalledAsEver) {
  for (std::uint8_t other = 2; other < 40; ++other) {
    const State state = end_of_pair(1, other);
    EXPECT_TRUE(calls(state, state));
  }
}

TEST(FirstContact, WithoutAKeyNobodyCanBeCalledTooEarly) {
  State state = end_of_pair(1, 2);
  state.wireguard->private_key.reset();
  EXPECT_TRUE(calls(state, {}));
}

}  // namespace
}  // namespace wgmesh::first_contact_test
