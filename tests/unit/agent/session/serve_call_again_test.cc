// Peers that have not answered are called again in the session of a change that is done.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/linux/wall_clock.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::serve_call_again_test {
namespace {

using ::testing::HasSubstr;

proto::ToAgent message_for(const std::vector<std::string>& peers) {
  proto::ToAgent message;
  for (const std::string& peer : peers) { message.mutable_call_again()->add_nodes(peer); }
  return message;
}

// All peers have shaken hands long ago. A peer that is made anew has lost its handshake.
class ServeCallAgain : public testing::Test {
 protected:
  ServeCallAgain() {
    bring_up(node_, plan_);
    for (const proto::Peer& peer : plan_.peers()) {
      node_.kernel.latest_handshakes[*public_key_from(peer.public_key())] = kLongAgo;
    }
  }
  bool was_called(int peer) const {
    return !node_.kernel.latest_handshakes.contains(
        *public_key_from(plan_.peers(peer).public_key()));
  }
  void apply_edit(TestSession& session) {
    proto::Plan plan = plan_;
    plan.mutable_bridge()->set_priority(100);
    session.open(open_for(plan));
    session.propose(proto::UP, &plan);
    ASSERT_TRUE(session.apply().has_applied());
  }
  State seen() { return node_.kernel.observe({"test", {}, {}}).state; }

  static constexpr std::int64_t kLongAgo = 1000;
  const proto::Plan plan_ = plan_with_addresses();
  TestNode node_;
};

TEST_F(ServeCallAgain, CallsThePeersThatAreNamed) {
  const State before = seen();
  TestSession session(node_);
  ASSERT_TRUE(session.open(open_for(plan_)).knows_call_again());
  session.propose(proto::UP, &plan_);
  ASSERT_TRUE(session.ask(message_for({plan_.peers(0).node(), "nobody"})).has_called_again());
  EXPECT_EQ(session.close(), 0);
  EXPECT_TRUE(was_called(0));
  EXPECT_FALSE(was_called(1));
  EXPECT_EQ(seen(), before);
}

TEST_F(ServeCallAgain, DoesSoAfterTheCommit) {
  TestSession session(node_);
  apply_edit(session);
  ASSERT_TRUE(session.commit().has_committed());
  ASSERT_TRUE(session.ask(message_for({plan_.peers(1).node()})).has_called_again());
  EXPECT_TRUE(was_called(1));
}

TEST_F(ServeCallAgain, BeforeTheCommitItEndsTheSession) {
  const State before = seen();
  TestSession session(node_);
  apply_edit(session);
  const auto answer = session.ask(message_for({plan_.peers(0).node()}));
  EXPECT_THAT(answer.error().message(), HasSubstr("a second call before the commit"));
  EXPECT_TRUE(answer.error().undone());
  EXPECT_EQ(session.close(), 1);
  EXPECT_FALSE(was_called(0));
  EXPECT_EQ(seen(), before);
}

TEST_F(ServeCallAgain, LeavesAPeerAloneThatHasAnswered) {
  const auto key = *public_key_from(plan_.peers(0).public_key());
  node_.kernel.latest_handshakes[key] = wall_clock();
  TestSession session(node_);
  session.open(open_for(plan_));
  session.propose(proto::UP, &plan_);
  ASSERT_TRUE(session.ask(message_for({plan_.peers(0).node()})).has_called_again());
  EXPECT_FALSE(was_called(0));
}

TEST_F(ServeCallAgain, AMeshThatGoesCallsNobody) {
  TestSession session(node_);
  session.open(open_for(plan_));
  session.propose(proto::DOWN);
  ASSERT_TRUE(session.apply().has_applied());
  ASSERT_TRUE(session.commit().has_committed());
  EXPECT_TRUE(session.ask(message_for({plan_.peers(0).node()})).has_called_again());
  EXPECT_FALSE(seen().wireguard);
}

}  // namespace
}  // namespace wgmesh::serve_call_again_test
