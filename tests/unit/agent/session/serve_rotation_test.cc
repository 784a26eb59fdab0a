// A node's part in a rotation, frame by frame.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <span>
#include <thread>
#include <vector>

#include "common/key.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::serve_rotation_test {
namespace {

using ::testing::HasSubstr;

// What a node's WireGuard was after each list of changes, and when.
struct Look {
  State state;
  std::chrono::steady_clock::time_point at;
};

class WatchedKernel final : public Kernel {
 public:
  WatchedKernel(Kernel& kernel, std::vector<Look>& looks) : kernel_(kernel), looks_(looks) {}
  KernelReading read(const std::string& mesh, bool with_counters) override {
    return kernel_.read(mesh, with_counters);
  }
  void apply(std::span<const Operation> operations,
             const std::function<void(std::size_t)>& done) override {
    kernel_.apply(operations, done);
    looks_.push_back({kernel_.observe({"test", {}, {}}).state, std::chrono::steady_clock::now()});
  }

 private:
  Kernel& kernel_;
  std::vector<Look>& looks_;
};

class ServeRotation : public testing::Test {
 protected:
  ServeRotation() { bring_up(node, plan); }

  State seen() { return node.kernel.observe({"test", {}, {}}).state; }

  // Up to the changes: all peers get new keys, and this node where it `rotates`.
  proto::FromAgent propose_rotation(TestSession& session) {
    proto::Open open = open_for(plan);
    open.set_rotates(rotates);
    const proto::Hello hello = session.open(open);
    EXPECT_EQ(hello.public_key_is_new(), rotates);
    own_key = hello.public_key();
    session.make_secrets(plan);
    rotated = plan;
    char octet = 1;
    for (proto::Peer& peer : *rotated.mutable_peers()) {
      peer.set_public_key(std::string(31, octet++) + 'x');
    }
    proto::ToAgent message;
    message.mutable_propose()->set_goal(proto::UP);
    message.mutable_propose()->set_rotates(true);
    *message.mutable_propose()->mutable_plan() = rotated;
    message.mutable_propose()->mutable_plan()->set_generation(hello.generation() + 1);
    return session.ask(message);
  }
  proto::FromAgent switch_over(TestSession& session) {
    proto::ToAgent message;
    message.mutable_switch_over();
    return session.ask(message);
  }

  proto::FromAgent call_peers(TestSession& session) {
    proto::ToAgent message;
    message.mutable_call_peers();
    return session.ask(message);
  }
  // How many of the peers that are new since `before` this node keeps alive, so calls.
  std::size_t called(const State& before) {
    const State now = seen();
    return static_cast<std::size_t>(
        std::ranges::count_if(now.wireguard->peers, [&](const auto& entry) {
          return entry.second.persistent_keepalive != 0 &&
                 !before.wireguard->peers.contains(entry.first);
        }));
  }

  // Of both ends the one with the lesser key calls.
  std::size_t callees() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        rotated.peers(), [&](const proto::Peer& peer) { return own_key < peer.public_key(); }));
  }

  TestNode node;
  const proto::Plan plan = example_plan();
  proto::Plan rotated;
  std::string own_key;
  bool rotates = true;
};

TEST_F(ServeRotation, StagesThenSwitchesThenForgetsTheOldPeers) {
  const State before = seen();
  TestSession session(node);
  ASSERT_TRUE(propose_rotation(session).has_changes());
  ASSERT_TRUE(session.apply().has_applied());
  const State staged = seen();
  EXPECT_EQ(staged.wireguard->private_key, before.wireguard->private_key);
  EXPECT_EQ(staged.wireguard->peers.size(), 2 * before.wireguard->peers.size());
  for (const auto& [key, peer] : before.wireguard->peers) {
    EXPECT_EQ(staged.wireguard->peers.at(key), peer);
  }

  const proto::FromAgent switched = switch_over(session);
  ASSERT_TRUE(switched.has_switched_over()) << switched.error().message();
  EXPECT_GT(switched.switched_over().at(), 0);
  const State after = seen();
  const PublicKey key = public_key_of(*after.wireguard->private_key);
  EXPECT_EQ(std::string(key.octets.begin(), key.octets.end()), own_key);

  EXPECT_EQ(called(before), 0u);
  ASSERT_TRUE(call_peers(session).has_peers_called());
  EXPECT_EQ(called(before), callees());

  ASSERT_TRUE(session.commit().has_committed());
  EXPECT_EQ(called(before), before.wireguard->peers.size());
  EXPECT_EQ(seen().wireguard->peers.size(), before.wireguard->peers.size());
  for (const auto& [old_key, peer] : before.wireguard->peers) {
    EXPECT_FALSE(seen().wireguard->peers.contains(old_key));
  }
  EXPECT_EQ(node.store().load("test").mesh.private_key, after.wireguard->private_key);
}

// Its own key is as it was, so those of the peers that got one call it.
TEST_F(ServeRotation, LetsPeersThatRotateAloneCall) {
  rotates = false;
  const State before = seen();
  TestSession session(node);
  ASSERT_TRUE(propose_rotation(session).has_changes());
  ASSERT_TRUE(session.apply().has_applied());
  EXPECT_THAT(call_peers(session).error().message(), HasSubstr("a call before the switch"));

  TestSession next(node);
  propose_rotation(next);
  ASSERT_TRUE(next.apply().has_applied());
  ASSERT_TRUE(switch_over(next).has_switched_over());
  ASSERT_TRUE(call_peers(next).has_peers_called());
  EXPECT_EQ(called(before), 0u);
  ASSERT_TRUE(next.commit().has_committed());
  EXPECT_EQ(called(before), before.wireguard->peers.size());
  EXPECT_EQ(seen().wireguard->private_key, before.wireguard->private_key);
}

TEST_F(ServeRotation, UndoBringsBackTheOldKeysFromEveryStep) {
  const State before = seen();
  const auto files = node.files();
  for (const int steps : {0, 1, 2}) {
    TestSession session(node);
    propose_rotation(session);
    ASSERT_TRUE(session.apply().has_applied());
    if (steps > 0) { ASSERT_TRUE(switch_over(session).has_switched_over()); }
    if (steps > 1) { ASSERT_TRUE(call_peers(session).has_peers_called()); }
    const proto::FromAgent undone = session.undo();
    EXPECT_EQ(undone.undone().error(), "");
    EXPECT_EQ(seen(), before);
    session.close();
    EXPECT_EQ(node.files(), files);
  }
}

// Both ends of a pair undo at the same time, and would call each other at the same time.
TEST_F(ServeRotation, AnUndoGivesKeepaliveBackAtTheEndThatCallsAndLaterAtTheOther) {
  const State before = seen();
  const PublicKey own = public_key_of(*before.wireguard->private_key);
  for (const bool own_key_is_new : {true, false}) {
    rotates = own_key_is_new;
    std::vector<Look> looks;
    node.this_node.open_session_kernel = [&] {
      return std::make_unique<WatchedKernel>(node.kernel, looks);
    };
    TestSession session(node);
    propose_rotation(session);
    ASSERT_TRUE(session.apply().has_applied());
    ASSERT_TRUE(switch_over(session).has_switched_over());
    looks.clear();
    ASSERT_EQ(session.undo().undone().error(), "");
    ASSERT_EQ(looks.size(), 2u);
    for (const auto& [key, peer] : looks[0].state.wireguard->peers) {
      const bool calls = own_key_is_new && own < key;
      EXPECT_EQ(peer.persistent_keepalive != 0, calls);
    }
    EXPECT_EQ(looks[0].state.wireguard->private_key, before.wireguard->private_key);
    EXPECT_EQ(looks[1].state, before);
    EXPECT_GE(looks[1].at - looks[0].at, std::chrono::milliseconds(500));
  }
}

TEST_F(ServeRotation, DoesNotCommitWhatIsOnlyStaged) {
  const State before = seen();
  TestSession session(node);
  propose_rotation(session);
  ASSERT_TRUE(session.apply().has_applied());
  EXPECT_THAT(session.commit_at_once().error().message(), HasSubstr("commit before hold"));
  session.close();
  EXPECT_EQ(seen(), before);
}

TEST_F(ServeRotation, DoesNotCommitWhatNobodyHasCalled) {
  const State before = seen();
  TestSession session(node);
  propose_rotation(session);
  ASSERT_TRUE(session.apply().has_applied());
  ASSERT_TRUE(switch_over(session).has_switched_over());
  EXPECT_THAT(session.commit_at_once().error().message(), HasSubstr("commit before hold"));
  session.close();
  EXPECT_EQ(seen(), before);
}

// The controller's word may come through the mesh, which is silent until somebody calls.
TEST_F(ServeRotation, CallsByItselfWhenItIsNotToldTo) {
  const State before = seen();
  TestSession session(node);
  propose_rotation(session);
  ASSERT_TRUE(session.apply().has_applied());
  ASSERT_TRUE(switch_over(session).has_switched_over());
  EXPECT_EQ(called(before), 0u);
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  // Asked in the session, which so has done with it.
  proto::ToAgent ask;
  ask.mutable_ask_status();
  ASSERT_TRUE(session.ask(ask).has_status());
  EXPECT_EQ(called(before), callees());
  ASSERT_TRUE(call_peers(session).has_peers_called());
  ASSERT_TRUE(session.commit().has_committed());
  EXPECT_EQ(called(before), before.wireguard->peers.size());
}

TEST_F(ServeRotation, TellsTheSwitchAsOneOperation) {
  TestSession session(node);
  const proto::FromAgent answer = propose_rotation(session);
  int private_keys = 0;
  for (const proto::Change& change : answer.changes().changes()) {
    if (change.text().find("private-key") != std::string::npos) { ++private_keys; }
  }
  EXPECT_EQ(private_keys, 1);
}

TEST_F(ServeRotation, ListensAndProbesWithoutBeingUp) {
  node.kernel.interfaces().clear();
  TestSession session(node);
  proto::Open open = open_for(plan);
  open.set_changes_state(false);
  session.open(open);
  proto::ToAgent message;
  message.mutable_probe();
  const proto::FromAgent refused = session.ask(message);
  EXPECT_THAT(refused.error().message(), HasSubstr("a probe without listening"));
  EXPECT_EQ(refused.error().id(), "session-message-misplaced");
  session.close();

  TestSession another(node);
  another.open(open);
  message.mutable_listen()->set_token(std::string(16, 't'));
  const proto::FromAgent listening = another.ask(message);
  ASSERT_TRUE(listening.has_listening());
  EXPECT_EQ(listening.listening().listeners_size(), 0);
  message.mutable_probe();
  EXPECT_TRUE(another.ask(message).has_probed());
}

}  // namespace
}  // namespace wgmesh::serve_rotation_test
