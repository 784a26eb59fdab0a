// What is known of a link by the places of its two ends, from what either end tells.
#include "controller/mesh/link_table.h"

#include <gtest/gtest.h>

#include "common/node_state.h"
#include "tests/support/controller/reported_mesh.h"

namespace wgmesh::link_table_test {
namespace {

class LinksOfThree : public ::testing::Test {
 protected:
  LinkTable table() const {
    return LinkTable(mesh_, [&](const Node& node) -> const proto::Status* {
      for (const NodeReport& report : reports_) {
        if (report.node == node.name) { return report.status ? &*report.status : nullptr; }
      }
      return nullptr;
    });
  }
  proto::PeerStatus& peer(std::size_t node, const std::string& other) {
    return peer_in(reports_[node], other);
  }
  // Without its name, and with the address that only it has.
  void make_nameless(proto::PeerStatus& peer, std::size_t place) {
    const IpAddress inner = inner_address_of(mesh_, mesh_.nodes[place]).address;
    peer.clear_node();
    peer.add_allowed_ips(to_text(Prefix{inner, inner.bits()}));
  }

  Mesh mesh_ = mesh_of(3);
  std::vector<NodeReport> reports_ = reports_of(mesh_);
};

TEST_F(LinksOfThree, HaveAPeerAPortAndAHandshakeAtEachEnd) {
  const LinkTable links = table();
  EXPECT_EQ(links.named_peer(0, 2)->node(), "n2");
  EXPECT_EQ(links.port(2, 1)->peer(), "n1");
  EXPECT_EQ(links.named_peer(1, 1), nullptr);
  EXPECT_EQ(links.port(1, 1), nullptr);
  EXPECT_TRUE(links.is_live(0, 1) && links.is_sound(0, 1));
  EXPECT_EQ(links.latest_handshake(0, 1), kReportedAt - 20);
  EXPECT_EQ(links.traffic(0).received, 2u * 1024 * 1024);
  EXPECT_EQ(links.traffic(0).sent, 2u * 512);
}

TEST_F(LinksOfThree, AreFoundInAnyOrder) {
  auto& peers = *reports_[0].status->mutable_device()->mutable_peers();
  peers.SwapElements(0, 1);
  const LinkTable links = table();
  EXPECT_EQ(links.named_peer(0, 1)->node(), "n1");
  EXPECT_EQ(links.named_peer(0, 2)->node(), "n2");
}

TEST_F(LinksOfThree, AreNeitherLiveNorSoundAfterALongSilence) {
  peer(0, "n1").set_latest_handshake(kReportedAt - kLiveHandshake - 1);
  const LinkTable links = table();
  EXPECT_FALSE(links.is_live(0, 1) || links.is_sound(0, 1));
  EXPECT_TRUE(links.is_live(1, 0) && links.is_sound(1, 0));
}

TEST_F(LinksOfThree, AreNotSoundWithAnotherKeyThanTheOtherEndHas) {
  reports_[1].status->mutable_device()->set_public_key(std::string(32, 'x'));
  const LinkTable links = table();
  EXPECT_TRUE(links.is_live(0, 1));
  EXPECT_FALSE(links.is_sound(0, 1));
  EXPECT_TRUE(links.is_sound(1, 0));
}

TEST_F(LinksOfThree, AreNotSoundIfTheOtherEndSaysNothing) {
  make_unreachable(reports_[1], "no route to host");
  const LinkTable links = table();
  EXPECT_TRUE(links.is_live(0, 1));
  EXPECT_FALSE(links.is_sound(0, 1));
  EXPECT_EQ(links.named_peer(1, 0), nullptr);
  EXPECT_FALSE(links.is_live(1, 0) || links.is_sound(1, 0));
  EXPECT_EQ(links.port(1, 0), nullptr);
  EXPECT_EQ(links.latest_handshake(1, 0), 0);
}

// A node that has another key than the plan knows its peers by their addresses alone.
TEST_F(LinksOfThree, WithoutANameAreFoundByTheAddressAndCarryNoName) {
  make_nameless(peer(0, "n1"), 1);
  const LinkTable links = table();
  ASSERT_NE(links.peer(0, 1), nullptr);
  EXPECT_EQ(links.named_peer(0, 1), nullptr);
  EXPECT_FALSE(links.is_live(0, 1));
  EXPECT_TRUE(links.is_sound(0, 1));
  EXPECT_EQ(links.latest_handshake(0, 1), 0);
}

TEST_F(LinksOfThree, ThatAreToldTwiceCountAsTheFirst) {
  auto& peers = *reports_[0].status->mutable_device()->mutable_peers();
  *peers.Add() = proto::PeerStatus(peer(0, "n1"));
  peers.rbegin()->set_latest_handshake(0);
  make_nameless(*peers.rbegin(), 1);
  EXPECT_TRUE(table().is_sound(0, 1));
  peers.SwapElements(0, peers.size() - 1);
  const LinkTable links = table();
  EXPECT_FALSE(links.is_sound(0, 1));
  EXPECT_TRUE(links.is_live(0, 1));
}

}  // namespace
}  // namespace wgmesh::link_table_test
