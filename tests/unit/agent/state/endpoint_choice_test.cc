// Which peers are live. Where a peer is sent to is in desired_test.cc.
#include "agent/state/endpoint_choice.h"

#include <gtest/gtest.h>

#include "tests/support/agent/example_plan.h"

namespace wgmesh {
namespace {

bool is_live(const proto::Plan& plan, const proto::Status& status, std::int64_t now) {
  return LivePeers(status, now).contains(plan.peers(0).public_key());
}

TEST(LivePeers, HaveAHandshakeOfLately) {
  const proto::Plan plan = example_plan();
  proto::Status status;
  EXPECT_FALSE(is_live(plan, status, 1000));
  proto::PeerStatus& peer = *status.mutable_device()->add_peers();
  peer.set_public_key(plan.peers(0).public_key());
  EXPECT_FALSE(is_live(plan, status, 1000));
  peer.set_latest_handshake(1000 - 135);
  EXPECT_TRUE(is_live(plan, status, 1000));
  EXPECT_FALSE(is_live(plan, status, 1001));
}

// The clock was set back: a handshake of the future says nothing about now.
TEST(LivePeers, HaveNoHandshakeOfTheFuture) {
  const proto::Plan plan = example_plan();
  proto::Status status;
  proto::PeerStatus& peer = *status.mutable_device()->add_peers();
  peer.set_public_key(plan.peers(0).public_key());
  peer.set_latest_handshake(1000);
  EXPECT_TRUE(is_live(plan, status, 1000));
  for (const std::int64_t now : {999, 1, 0, -86'400}) {
    EXPECT_FALSE(is_live(plan, status, now)) << now;
  }
}

}  // namespace
}  // namespace wgmesh
