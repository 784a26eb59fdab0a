#include "controller/mesh/graph_picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/controller/examined_mesh.h"

namespace wgmesh::graph_picture_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

// b-c stands by: c blocks its port. Only the path of a and b was measured.
class AMesh : public ExaminedMesh {
 protected:
  AMesh() {
    port("c", "b").set_state("blocking");
    seen_.measured.clear();
    for (const auto& [from, to] : {std::pair("a", "b"), std::pair("b", "a")}) {
      seen_.measured[from][to].inner = PathMeasurement{from[0] == 'a' ? 3ms : 2ms, true, {}};
    }
  }

  GraphPicture picture(const std::vector<std::string>& about = {}) const {
    return live_picture(mesh_, about, seen_, read_at_);
  }
  LinkState link(const std::string& a, const std::string& b) const {
    const GraphPicture seen = picture();
    for (const GraphLink& each : seen.links) {
      if (seen.nodes[each.a].name == a && seen.nodes[each.b].name == b) { return each.state; }
    }
    throw std::out_of_range(a + "-" + b);
  }

  const std::chrono::system_clock::time_point read_at_{std::chrono::seconds(kNow)};
};

TEST_F(AMesh, TellsTheTreeFromWhatStandsBy) {
  EXPECT_EQ(link("a", "b"), LinkState::kTree);
  EXPECT_EQ(link("a", "c"), LinkState::kTree);
  EXPECT_EQ(link("b", "c"), LinkState::kStandby);
  port("a", "c").set_state("learning");
  EXPECT_EQ(link("a", "c"), LinkState::kSettling);
}

TEST_F(AMesh, HasRootMtuAndRoundTrips) {
  const GraphPicture seen = picture();
  EXPECT_EQ(seen.mesh, "m");
  EXPECT_EQ(seen.network, "10.0.0.0/24");
  EXPECT_THAT(seen.roots, ElementsAre("a"));
  EXPECT_THAT(seen.mtus, ElementsAre(1362U));
  EXPECT_EQ(seen.read_at, read_at_);
  EXPECT_EQ(seen.nodes[0], (GraphNode{"a", {"10.0.0.1/24"}, "", DrawnState::kUp, "", true, 1362}));
  EXPECT_FALSE(seen.nodes[1].is_root);
  EXPECT_EQ(seen.links[0].round_trip, 2ms) << "the lesser of both ways";
  EXPECT_EQ(seen.links[1].round_trip, std::nullopt);
}

TEST_F(AMesh, SaysThatMtusDiffer) {
  status("b").mutable_bridge()->set_mtu(1300);
  EXPECT_THAT(picture().mtus, ElementsAre(1300U, 1362U));
}

TEST_F(AMesh, NamesARootThatIsNoNodeByItsBridgeId) {
  status("a").mutable_bridge()->set_root_id("0001.0242ac110002");
  EXPECT_THAT(picture().roots, ElementsAre("0001.0242ac110002", "a"));
}

TEST_F(AMesh, AHandshakeThatIsMissingOrTooOldIsNone) {
  peer("a", "c").set_latest_handshake(0);
  peer("c", "b").set_latest_handshake(kNow - 181);
  EXPECT_EQ(link("a", "c"), LinkState::kNoHandshake);
  EXPECT_EQ(link("b", "c"), LinkState::kNoHandshake);
}

TEST_F(AMesh, WhatWasMeasuredCountsMoreThanHandshakes) {
  peer("a", "b").set_latest_handshake(0);
  EXPECT_EQ(link("a", "b"), LinkState::kTree);
  seen_.measured["a"]["c"].inner = PathMeasurement{};
  EXPECT_EQ(link("a", "c"), LinkState::kSilent);
}

TEST_F(AMesh, WithoutATreeEveryLinkCarries) {
  mesh_.loop_prevention = LoopPrevention::kSplitHorizon;
  for (const char* node : {"a", "b", "c"}) { status(node).mutable_bridge()->set_stp(false); }
  port("c", "b").set_state("forwarding");
  EXPECT_EQ(link("b", "c"), LinkState::kSplitHorizon);
  EXPECT_FALSE(picture().has_tree);
  EXPECT_THAT(picture().roots, IsEmpty());
}

TEST_F(AMesh, AnEndThatIsDownTakesItsLinksAlong) {
  status("c").set_is_up(false);
  EXPECT_EQ(picture().nodes[2].state, DrawnState::kDown);
  EXPECT_EQ(link("a", "c"), LinkState::kDown);
  EXPECT_EQ(link("a", "b"), LinkState::kTree);
}

TEST_F(AMesh, OneEndTellsWhatItCan) {
  seen_.nodes["a"] = {};
  seen_.nodes["a"].unreachable = "connection refused";
  EXPECT_EQ(picture().nodes[0].state, DrawnState::kUnreachable);
  EXPECT_EQ(picture().nodes[0].why, "connection refused");
  EXPECT_EQ(link("a", "b"), LinkState::kTree) << "b reaches the root by it";
  port("c", "a").set_number(7);
  EXPECT_EQ(link("a", "c"), LinkState::kUnknown) << "whether a blocks its port, c does not know";
  port("c", "a").set_state("blocking");
  EXPECT_EQ(link("a", "c"), LinkState::kStandby);
}

TEST_F(AMesh, IsCutToTheNamedNodesAndTheirPeers) {
  Node& far = mesh_.nodes.emplace_back();
  far.name = "d";  // no endpoint, as e
  far.addresses = {*parse_prefix("10.0.0.4/24")};
  mesh_.nodes.push_back(far);
  mesh_.nodes.back().name = "e";
  seen_.nodes.erase("a");
  seen_.nodes.erase("b");
  seen_.nodes.erase("c");
  const GraphPicture seen = picture({"d"});
  std::vector<std::string> names;
  for (const GraphNode& node : seen.nodes) {
    names.push_back(node.name);
    EXPECT_EQ(node.state, DrawnState::kNotAsked);
  }
  EXPECT_THAT(names, ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(seen.links, ElementsAre(GraphLink{0, 3, LinkState::kUnknown, {}},
                                      GraphLink{1, 3, LinkState::kUnknown, {}},
                                      GraphLink{2, 3, LinkState::kUnknown, {}}));
}

TEST_F(AMesh, OfTheFileAloneHasTheRootThatPrioritiesMake) {
  mesh_.nodes[1].priority = 7;
  mesh_.nodes[2].site = "lab";
  const GraphPicture planned = planned_picture(mesh_, {});
  EXPECT_THAT(planned.roots, ElementsAre("b"));
  EXPECT_TRUE(planned.nodes[1].is_root);
  EXPECT_EQ(planned.nodes[2].site, "lab");
  EXPECT_EQ(planned.read_at, std::nullopt);
  EXPECT_THAT(planned.mtus, IsEmpty());
  EXPECT_EQ(planned.links.size(), 3U);
  EXPECT_EQ(planned.links[0].state, LinkState::kUnknown);
  mesh_.mtu = 1300;
  mesh_.nodes[0].priority_is_open = true;
  EXPECT_THAT(planned_picture(mesh_, {}).mtus, ElementsAre(1300U));
  EXPECT_THAT(planned_picture(mesh_, {}).roots, IsEmpty()) << "round trips will decide";
}

}  // namespace
}  // namespace wgmesh::graph_picture_test
