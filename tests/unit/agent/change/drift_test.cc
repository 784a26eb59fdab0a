// What a node tells of changes that somebody has made by hand.
#include "agent/change/drift.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/store/atomic_file.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::drift_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::optional<proto::Drift> drift_told_by(TestNode& node) {
  const Store store = node.store();
  return told_drift(node.kernel.read("test", true), store.load("test"), store, "test");
}

class ANodeThatIsUp : public ::testing::Test {
 protected:
  ANodeThatIsUp() { bring_up(node_, plan_); }

  std::optional<proto::Drift> drift() { return drift_told_by(node_); }

  proto::Plan plan_ = plan_with_addresses();
  TestNode node_;
};

TEST_F(ANodeThatIsUp, HasNoDrift) {
  const auto found = drift();
  ASSERT_TRUE(found);
  EXPECT_THAT(found->operations(), IsEmpty());
}

TEST_F(ANodeThatIsUp, TellsTheOperationsThatTakeAChangeBack) {
  node_.kernel.interfaces().at("br-test").bridge.priority = 8;
  const auto found = drift();
  ASSERT_TRUE(found);
  EXPECT_THAT(found->operations(), ElementsAre(HasSubstr("priority")));
}

TEST_F(ANodeThatIsUp, HasNoDriftByARoamedPeer) {
  for (auto& [key, peer] : node_.kernel.interfaces().at("wg-test").wireguard.peers) {
    peer.endpoint = parse_socket_address("198.51.100.7:1024");
  }
  EXPECT_THAT(drift()->operations(), IsEmpty());
}

TEST_F(ANodeThatIsUp, TellsItToASessionThatOnlyLooks) {
  node_.kernel.interfaces().at("wg-test").wireguard.listen_port = 1;
  proto::Open open = open_for(plan_);
  open.set_changes_state(false);
  TestSession session(node_);
  session.open(open);
  proto::ToAgent ask;
  ask.mutable_ask_status()->set_drift(true);
  EXPECT_THAT(session.ask(ask).status().drift().operations(),
              ElementsAre(HasSubstr("listen-port")));
}

TEST_F(ANodeThatIsUp, TellsItOnlyWhenItIsAskedFor) {
  node_.kernel.interfaces().at("wg-test").wireguard.listen_port = 1;
  proto::Open open = open_for(plan_);
  open.set_changes_state(false);
  TestSession session(node_);
  session.open(open);
  proto::ToAgent ask;
  ask.mutable_ask_status();
  EXPECT_FALSE(session.ask(ask).status().has_drift());
}

TEST_F(ANodeThatIsUp, DoesNotTellItWhileItIsChanged) {
  TestSession session(node_);
  session.open(open_for(plan_));
  proto::ToAgent ask;
  ask.mutable_ask_status()->set_drift(true);
  EXPECT_FALSE(session.ask(ask).status().has_drift());
}

TEST_F(ANodeThatIsUp, HasNoneToTellOnceItWasTakenDown) {
  {
    TestSession session(node_);
    session.open(open_for(plan_));
    ASSERT_TRUE(session.propose(proto::DOWN).has_changes());
    ASSERT_TRUE(session.apply().has_applied());
    ASSERT_TRUE(session.commit().has_committed());
  }
  EXPECT_FALSE(drift());
}

TEST_F(ANodeThatIsUp, DoesNotKnowItWithoutItsKeys) {
  ASSERT_TRUE(remove_file(node_.store().folder("test") + "/preshared_keys"));
  EXPECT_FALSE(drift());
}

TEST(Drift, IsNotKnownWhereNothingIsStored) {
  TestNode node;
  EXPECT_FALSE(drift_told_by(node));
}

}  // namespace
}  // namespace wgmesh::drift_test
