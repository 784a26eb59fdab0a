#include "agent/change/listed_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/naming.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/rehearsed_change.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::listed_changes_test {
namespace {

// What `up` does to a node that has nothing, and `down` to one that has it all.
class ListedChanges : public testing::Test {
 protected:
  proto::Changes listed(const WantedChange& goal) {
    return listed_changes(make_proposal(node_.kernel, node_.store(), "test", goal), "test");
  }
  // The first with such words.
  static proto::Change with_words(const proto::Changes& changes, const std::string& words) {
    for (const proto::Change& change : changes.changes()) {
      if (change.text().find(words) != std::string::npos) { return change; }
    }
    ADD_FAILURE() << "nothing with " << words;
    return {};
  }

  TestNode node_;
  const proto::Plan plan_ = example_plan();
};

TEST_F(ListedChanges, CarryTheirKind) {
  const proto::Changes up = listed(goal_of(plan_));
  EXPECT_EQ(with_words(up, "type bridge").kind(), proto::Change::ADD);
  EXPECT_EQ(with_words(up, "ip link set br-test").kind(), proto::Change::CHANGE);
  EXPECT_EQ(with_words(up, "ip address add").kind(), proto::Change::ADD);
  node_.kernel.put(example_state(plan_));
  EXPECT_EQ(with_words(listed(goal_of(proto::DOWN)), "ip link del").kind(), proto::Change::REMOVE);
}

TEST_F(ListedChanges, NameTheirInterface) {
  const proto::Changes up = listed(goal_of(plan_));
  for (const proto::Change& change : up.changes()) {
    EXPECT_FALSE(change.interface().empty()) << change.text();
    EXPECT_NE(change.text().find(change.interface()), std::string::npos) << change.text();
  }
}

TEST_F(ListedChanges, NameTheNodeAtTheOtherEndOfTheirLink) {
  const proto::Changes up = listed(goal_of(plan_));
  for (const proto::Peer& peer : plan_.peers()) {
    const auto key = public_key_from(peer.public_key());
    EXPECT_EQ(with_words(up, "peer " + to_base64(*key)).peer(), peer.node());
    EXPECT_EQ(with_words(up, "ip link add " + tunnel_name("test", peer.node())).peer(),
              peer.node());
  }
  EXPECT_EQ(with_words(up, "ip link add br-test").peer(), "");
}

// Nothing is stored of a peer that goes; its tunnel has an alias.
TEST_F(ListedChanges, NameAPeerThatOnlyTheKernelKnows) {
  node_.kernel.put(example_state(plan_));
  proto::Plan fewer = plan_;
  fewer.mutable_peers()->RemoveLast();
  const proto::Change gone =
      with_words(listed(goal_of(fewer)), "ip link del " + tunnel_name("test", "a-longer-name"));
  EXPECT_EQ(gone.peer(), "a-longer-name");
  EXPECT_EQ(gone.kind(), proto::Change::REMOVE);
  EXPECT_TRUE(gone.at_commit());
}

std::vector<std::string> told(const proto::Change& change) {
  std::vector<std::string> lines;
  for (const proto::Value& value : change.values()) {
    lines.push_back(value.key() + ": " + (value.has_before() ? value.before() : "-") + " to " +
                    (value.has_after() ? value.after() : "-"));
  }
  return lines;
}

TEST_F(ListedChanges, CarryOldAndNewValues) {
  node_.kernel.put(example_state(plan_));
  proto::Plan other = plan_;
  other.mutable_bridge()->set_priority(100);
  other.mutable_peers(0)->set_persistent_keepalive(7);
  const proto::Changes changes = listed(goal_of(other));
  EXPECT_THAT(told(with_words(changes, "type bridge")), testing::Contains("prio: 4096 to 100"));
  EXPECT_THAT(told(with_words(changes, "persistent-keepalive")),
              testing::ElementsAre("persistent_keepalive: 25 to 7"));
}

TEST_F(ListedChanges, ShowNoKeyThatADryRunDoesNotMake) {
  proto::Plan unmade = plan_;
  const PublicKey key = public_key_of(Secret::stand_in("test", unmade.peers(0).node()));
  unmade.mutable_peers(0)->set_public_key(std::string(key.octets.begin(), key.octets.end()));
  const Proposal proposal = make_proposal(node_.kernel, node_.store(), "test", goal_of(unmade));
  const proto::Changes changes = listed_changes(proposal, "test", false);
  const proto::Change peer = with_words(changes, "peer (new key)");
  EXPECT_EQ(peer.peer(), unmade.peers(0).node());
  EXPECT_THAT(told(peer), testing::Contains("public_key: - to (new key)"));
  EXPECT_EQ(changes.SerializeAsString().find(to_base64(key)), std::string::npos);
  EXPECT_NE(listed_changes(proposal, "test").SerializeAsString().find(to_base64(key)),
            std::string::npos);
}

}  // namespace
}  // namespace wgmesh::listed_changes_test
