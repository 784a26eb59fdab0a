// What the rows of `status` say of nodes that are not as they should be.
#include "controller/mesh/status_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/controller/reported_mesh.h"

namespace wgmesh::status_rows_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AMeshOfThree : public ::testing::Test {
 protected:
  proto::Status& status(std::size_t node) { return *reports_[node].status; }
  MeshStatus seen() const { return mesh_status(mesh_, reports_); }
  std::vector<NodeState> states() const {
    std::vector<NodeState> states;
    for (const NodeRow& row : seen().nodes) { states.push_back(row.state); }
    return states;
  }

  Mesh mesh_ = mesh_of(3);
  std::vector<NodeReport> reports_ = reports_of(mesh_);
};

TEST_F(AMeshOfThree, IsUpWithoutFaults) {
  const MeshStatus seen = this->seen();
  EXPECT_EQ(seen.mesh, (MeshLine{"test", 3, 3, 3, 3, 1362, "n0", {}}));
  const NodeRow& n1 = seen.nodes[1];
  EXPECT_EQ(n1.state, NodeState::kUp);
  EXPECT_THAT(n1.addresses, ElementsAre("fd00:0:0:1::2"));
  EXPECT_EQ(n1.peers_up, 2u);
  EXPECT_EQ(n1.oldest_handshake, 30);
  EXPECT_EQ(n1.tree, (TreePlace{false, "n0", "gt-test-n0", 100}));
  EXPECT_TRUE(seen.nodes[0].tree->is_root);
  EXPECT_EQ(n1.received, 2u * 1024 * 1024);
  EXPECT_EQ(n1.sent, 1024u);
  EXPECT_EQ(n1.agent_version, "1.0");
  for (const NodeRow& row : seen.nodes) { EXPECT_THAT(row.faults, IsEmpty()); }
}

TEST_F(AMeshOfThree, HasANodeThatWasTakenDown) {
  status(2) = {};
  status(2).set_stored(true);
  status(2).set_taken_down(true);
  const MeshStatus seen = this->seen();
  const NodeRow& n2 = seen.nodes[2];
  EXPECT_EQ(n2.state, NodeState::kDown);
  EXPECT_EQ(n2.peers_up, 0u);
  EXPECT_FALSE(n2.tree || n2.received || n2.oldest_handshake);
  ASSERT_EQ(n2.faults.size(), 1u);
  EXPECT_EQ(n2.faults[0].id, "check-mesh-not-up");
  EXPECT_EQ(seen.mesh.nodes_up, 2u);
  EXPECT_EQ(seen.mesh.pairs_with_handshake, 1u);
  EXPECT_EQ(seen.mesh.pairs, 3u);
}

TEST_F(AMeshOfThree, HasANodeWithoutItsBridge) {
  status(1).set_is_up(false);
  status(1).clear_bridge();
  status(1).clear_ports();
  EXPECT_THAT(states(), ElementsAre(NodeState::kUp, NodeState::kPartly, NodeState::kUp));
}

TEST_F(AMeshOfThree, HasANodeWithoutOneOfItsLinks) {
  status(1).mutable_ports()->RemoveLast();
  EXPECT_THAT(states(), ElementsAre(NodeState::kUp, NodeState::kPartly, NodeState::kUp));
}

TEST_F(AMeshOfThree, HasANodeThatSomebodyHasChanged) {
  status(0).mutable_drift()->add_operations("ip link set dev br-test mtu 1362");
  status(0).mutable_drift()->add_operations("ip link set dev br-test up");
  const MeshStatus seen = this->seen();
  EXPECT_EQ(seen.nodes[0].state, NodeState::kChangedByHand);
  EXPECT_EQ(seen.mesh.nodes_up, 3u);
  EXPECT_THAT(seen.nodes[0].faults,
              ElementsAre(Finding{"n0",
                                  "it was changed by hand; this takes it back: ip link set dev "
                                  "br-test mtu 1362 and 1 more",
                                  "`mesh plan` lists all of it, `mesh up` does it",
                                  "status-changed-by-hand"}));
}

// An agent that does not tell of drift.
TEST_F(AMeshOfThree, DoesNotTakeWhatIsUnknownForAChange) {
  status(0).clear_drift();
  EXPECT_EQ(states()[0], NodeState::kUp);
}

TEST_F(AMeshOfThree, HasANodeThatCannotBeReached) {
  make_unreachable(reports_[2], "connection refused");
  const MeshStatus seen = this->seen();
  EXPECT_EQ(seen.nodes[2].state, NodeState::kUnreachable);
  EXPECT_EQ(seen.nodes[2].peers, 2u);
  ASSERT_EQ(seen.nodes[2].faults.size(), 1u);
  EXPECT_EQ(seen.nodes[2].faults[0].what, "cannot be asked: connection refused");
  // Its peers still tell of their ends.
  EXPECT_EQ(seen.mesh.pairs_with_handshake, 3u);
}

TEST_F(AMeshOfThree, HasAPairWithoutAHandshake) {
  forget_handshakes(reports_, 1, 2);
  const MeshStatus seen = this->seen();
  EXPECT_EQ(seen.nodes[1].state, NodeState::kUp);
  EXPECT_EQ(seen.nodes[1].peers_up, 1u);
  EXPECT_EQ(seen.nodes[1].oldest_handshake, 10);
  EXPECT_EQ(seen.mesh.pairs_with_handshake, 2u);
  ASSERT_EQ(seen.mesh.faults.size(), 1u);
  EXPECT_EQ(seen.mesh.faults[0].where, "n1-n2");
  EXPECT_EQ(seen.mesh.faults[0].id, "check-no-handshake");
}

TEST_F(AMeshOfThree, HasALinkThatHasFallenSilent) {
  peer_in(reports_[0], "n1").set_latest_handshake(kReportedAt - 181);
  const MeshStatus seen = this->seen();
  EXPECT_EQ(seen.nodes[0].peers_up, 1u);
  EXPECT_EQ(seen.nodes[0].oldest_handshake, 181);
  EXPECT_EQ(seen.mesh.pairs_with_handshake, 2u);
}

TEST_F(AMeshOfThree, TellsWhatAnAgentWarnsOf) {
  status(0).add_warnings("the plan is damaged");
  status(0).add_warning_ids("some-id");
  EXPECT_THAT(seen().nodes[0].faults,
              ElementsAre(Finding{"n0", "the plan is damaged", "", "some-id"}));
}

TEST_F(AMeshOfThree, CountsOnlyPairsOfNodesThatWereAsked) {
  reports_.resize(1);
  const MeshStatus seen = this->seen();
  EXPECT_EQ(seen.mesh.nodes, 1u);
  EXPECT_EQ(seen.mesh.pairs, 2u);
  EXPECT_EQ(seen.mesh.pairs_with_handshake, 2u);
}

TEST_F(AMeshOfThree, HasARootThatIsNoNode) {
  for (NodeReport& report : reports_) {
    report.status->mutable_bridge()->set_root_id("0000.020000000009");
  }
  const MeshStatus seen = this->seen();
  EXPECT_EQ(seen.mesh.root, "0000.020000000009");
  ASSERT_EQ(seen.mesh.faults.size(), 1u);
  EXPECT_EQ(seen.mesh.faults[0].id, "mesh-root-foreign");
}

TEST_F(AMeshOfThree, HasNoTreeWithSplitHorizon) {
  for (NodeReport& report : reports_) {
    report.status->mutable_bridge()->set_stp(false);
    report.status->mutable_bridge()->set_root_id("");
  }
  EXPECT_FALSE(seen().nodes[1].tree);
  EXPECT_EQ(seen().mesh.root, "");
}

TEST_F(AMeshOfThree, HasNoAgeFromAnAgentThatTellsNoTime) {
  status(0).clear_time();
  EXPECT_FALSE(seen().nodes[0].oldest_handshake);
}

TEST(MeshStatus, CopesWithNodesThatTellNothing) {
  const Mesh mesh = mesh_of(2);
  const std::vector<NodeReport> reports = {{"n0", proto::Status(), {}}, {"n1", {}, "gone"}};
  const MeshStatus seen = mesh_status(mesh, reports);
  EXPECT_EQ(seen.nodes[0].state, NodeState::kDown);
  EXPECT_FALSE(seen.mesh.mtu);
  EXPECT_EQ(seen.mesh.root, "");
}

TEST_F(AMeshOfThree, TellsOfPairsWithoutAnEndpoint) {
  mesh_.nodes[1].endpoint.reset();
  mesh_.nodes[2].endpoint.reset();
  EXPECT_EQ(seen().mesh.pairs, 2u);
  EXPECT_THAT(seen().mesh.unlinked, ElementsAre(testing::HasSubstr("n1-n2: no direct link")));
  mesh_.learned.links[{"n1", "n2"}] = {};
  EXPECT_EQ(seen().mesh.pairs, 3u);
  EXPECT_EQ(seen().mesh.learned, 1u);
  EXPECT_THAT(seen().mesh.unlinked, IsEmpty());
}

}  // namespace
}  // namespace wgmesh::status_rows_test
