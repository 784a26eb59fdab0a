#include "controller/mesh/forwarding.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/link_octet.h"
#include "common/naming.h"

namespace wgmesh::forwarding_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Three nodes, all peered; a has the lowest bridge ID, and the link b-c is blocked on c's side.
class ASegment : public testing::Test {
 protected:
  ASegment() {
    for (const char* name : {"a", "b", "c"}) {
      Node node;
      node.name = name;
      node.endpoint = HostPort{name, 51820};
      mesh_.nodes.push_back(node);
      proto::Status& status = statuses_[name];
      status.mutable_bridge()->set_stp(true);
      status.mutable_bridge()->set_bridge_id(std::string("1000.0200000000") + name);
      status.mutable_bridge()->set_root_id("1000.0200000000a");
      for (const char* peer : {"a", "b", "c"}) {
        if (std::string(peer) == name) { continue; }
        proto::PeerStatus& p = *status.mutable_device()->add_peers();
        p.set_node(peer);
        p.set_latest_handshake(1);
        proto::PortStatus& port = *status.add_ports();
        port.set_peer(peer);
        port.set_state("forwarding");
      }
    }
    port("c", "b").set_state("blocking");
  }

  proto::PortStatus& port(const char* node, const char* peer) {
    for (auto& port : *statuses_[node].mutable_ports()) {
      if (port.peer() == peer) { return port; }
    }
    return *statuses_[node].add_ports();
  }
  proto::PeerStatus& peer(const char* node, const char* peer) {
    for (auto& p : *statuses_[node].mutable_device()->mutable_peers()) {
      if (p.node() == peer) { return p; }
    }
    return *statuses_[node].mutable_device()->add_peers();
  }
  Missing missing() const { return missing_for_forwarding(mesh_, statuses_); }
  // The same statuses with an octet for each peer in Open.
  Statuses in_short() {
    Statuses in_short = statuses_;
    for (const Node& node : mesh_.nodes) {
      proto::Status& status = in_short[node.name];
      for (const Node* other : opened_peers(mesh_, node)) {
        *status.mutable_links() += static_cast<char>(
            link_octet(peer(node.name.c_str(), other->name.c_str()).latest_handshake() != 0,
                       port(node.name.c_str(), other->name.c_str()).state()));
      }
      status.clear_ports();
      status.clear_device();
    }
    return in_short;
  }

  Mesh mesh_;
  Statuses statuses_;
};

TEST_F(ASegment, ForwardsWithOneBlockedEndOnARedundantLink) { EXPECT_TRUE(missing().nothing()); }

TEST_F(ASegment, WaitsForAPortThatLearns) {
  port("b", "a").set_state("learning");
  EXPECT_THAT(missing().tree,
              ElementsAre("a-b is forwarding/learning", "b-c is forwarding/blocking"));
}

TEST_F(ASegment, ALinkBesideTheTreeMayTakeItsTime) {
  for (const char* state : {"blocking", "listening", "learning"}) {
    port("b", "c").set_state(state);
    EXPECT_TRUE(missing().nothing()) << state;
  }
}

TEST_F(ASegment, WithoutATreeEveryLinkCounts) {
  for (auto& [name, status] : statuses_) { status.mutable_bridge()->set_stp(false); }
  EXPECT_THAT(missing().tree, ElementsAre("b-c is forwarding/blocking"));
  port("c", "b").set_state("forwarding");
  EXPECT_TRUE(missing().nothing());
}

TEST_F(ASegment, NamesALinkWithoutHandshake) {
  peer("c", "b").set_latest_handshake(0);
  EXPECT_THAT(missing().handshakes, ElementsAre(LinkName("b", "c")));
}

TEST_F(ASegment, ANodeThatNamesAPeerTwiceIsTakenAtItsLastWord) {
  proto::PeerStatus& second = *statuses_["c"].mutable_device()->add_peers();
  second.set_node("b");
  EXPECT_THAT(missing().handshakes, ElementsAre(LinkName("b", "c")));
  second.set_latest_handshake(5);
  EXPECT_TRUE(missing().nothing());
}

TEST_F(ASegment, ALinkWithoutPortsOrPeersDoesNotForward) {
  for (auto& [name, status] : statuses_) { status.clear_ports(); }
  EXPECT_THAT(missing().tree, ElementsAre("a-b is /", "a-c is /", "b-c is /"));
  for (auto& [name, status] : statuses_) { status.clear_device(); }
  EXPECT_THAT(missing().handshakes,
              ElementsAre(LinkName("a", "b"), LinkName("a", "c"), LinkName("b", "c")));
}

TEST_F(ASegment, WaitsForEveryoneToKnowTheRoot) {
  statuses_["c"].mutable_bridge()->set_root_id("1000.0200000000c");
  EXPECT_THAT(missing().tree, ElementsAre(HasSubstr("c does not know the root")));
}

TEST_F(ASegment, IslandsHaveRootsOfTheirOwn) {
  port("c", "b").set_state("forwarding");
  for (const char* other : {"b", "c"}) {
    peer("a", other).set_latest_handshake(0);
    statuses_[other].mutable_bridge()->set_root_id("1000.0200000000b");
  }
  EXPECT_THAT(missing().tree, IsEmpty());
  EXPECT_THAT(missing().handshakes, ElementsAre(LinkName("a", "b"), LinkName("a", "c")));
}

TEST_F(ASegment, LooksOnlyAtNodesThatWereAsked) {
  statuses_.erase("c");
  EXPECT_TRUE(missing().nothing());
}

TEST_F(ASegment, TellsThatTheRootWasNotAsked) {
  // c was skipped, and is the root by a priority that the file no longer has.
  statuses_.erase("c");
  std::string root = "0064.";
  for (const std::uint8_t octet : bridge_mac(mesh_.name, "c").octets) {
    root += fmt::format("{:02x}", octet);
  }
  for (auto& [name, status] : statuses_) { status.mutable_bridge()->set_root_id(root); }
  EXPECT_TRUE(missing().nothing());
  EXPECT_TRUE(missing().root_was_not_asked);
}

TEST_F(ASegment, TellsNothingOfTheKindWhereTheRootWas) {
  EXPECT_FALSE(missing().root_was_not_asked);
}

TEST_F(ASegment, NamesWhomToAskAgain) {
  EXPECT_THAT(missing().unsettled, IsEmpty());
  port("b", "a").set_state("learning");
  EXPECT_THAT(missing().unsettled, ElementsAre("a", "b", "c"));
  port("b", "a").set_state("forwarding");
  statuses_["b"].mutable_bridge()->set_root_id("1000.0200000000b");
  EXPECT_THAT(missing().unsettled, ElementsAre("b"));
}

TEST_F(ASegment, IsToldInShortAsInFull) {
  for (const bool has_link : {true, false}) {
    // Of two nodes without an endpoint: it has a place in Open all the same.
    for (const std::size_t i : {0u, 2u}) {
      if (!has_link) { mesh_.nodes[i].endpoint.reset(); }
    }
    for (const char* state : {"forwarding", "learning"}) {
      for (const int handshake : {0, 1}) {
        port("b", "a").set_state(state);
        peer("c", "a").set_latest_handshake(handshake);
        const Missing in_full = missing();
        const Missing seen = missing_for_forwarding(mesh_, in_short());
        EXPECT_EQ(seen.handshakes, in_full.handshakes);
        EXPECT_EQ(seen.tree, in_full.tree);
        EXPECT_EQ(seen.unsettled, in_full.unsettled);
      }
    }
  }
}

TEST_F(ASegment, IsMissingWhatAShortAnswerLeavesOut) {
  statuses_["a"].clear_ports();
  statuses_["a"].clear_device();
  statuses_["a"].set_links(std::string(1, static_cast<char>(link_octet(true, "forwarding"))));
  EXPECT_THAT(missing().handshakes, ElementsAre(LinkName("a", "c")));
}

TEST_F(ASegment, WaitsForNoHandshakeOfALearnedLink) {
  mesh_.nodes[1].endpoint.reset();
  mesh_.nodes[2].endpoint.reset();
  mesh_.learned.links[{"b", "c"}] = {};
  peer("b", "c").set_latest_handshake(0);
  peer("c", "b").set_latest_handshake(0);
  EXPECT_TRUE(missing().nothing());
}

}  // namespace
}  // namespace wgmesh::forwarding_test
