#include "controller/mesh/planner.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/error.h"
#include "common/short_peers.h"
#include "controller/mesh/preshared_keys.h"
#include "tests/support/controller/named_mesh.h"

namespace wgmesh::planner_test {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(PlanFor, IsDeterministicAndNamesEveryPeerWithItsTunnel) {
  const Mesh mesh = mesh_named({"a", "b", "a-rather-long-name"});
  Facts facts;
  for (const Node& node : mesh.nodes) {
    facts[node.name].set_public_key(std::string(32, node.name.back()));
  }
  const SegmentMtu mtu = segment_mtu(mesh, facts);
  const proto::Plan plan = plan_for(mesh, mesh.nodes[0], facts, mtu);
  EXPECT_EQ(plan.SerializeAsString(),
            plan_for(mesh, mesh.nodes[0], facts, mtu).SerializeAsString());
  ASSERT_EQ(plan.peers_size(), 2);
  EXPECT_EQ(plan.peers(0).tunnel().name(), "gt-m-b");
  EXPECT_EQ(plan.peers(0).tunnel().altname(), "");
  EXPECT_EQ(plan.peers(1).tunnel().name().size(), 15u);
  EXPECT_EQ(plan.peers(1).tunnel().altname(), "gt-m-a-rather-long-name");
  EXPECT_EQ(plan.peers(0).endpoint(), "b:51820");
  EXPECT_EQ(plan.device().name(), "wg-m");
  EXPECT_EQ(plan.bridge().name(), "br-m");
}

// ---- a node that could not be asked ----

TEST(PlanAroundAMissingNode, PeersKeepWhatTheyHaveStoredOfIt) {
  const Mesh mesh = mesh_named({"a", "b", "c"});
  Facts facts;
  for (const char* name : {"a", "c"}) { facts[name].set_public_key(std::string(32, *name)); }
  const proto::Plan plan = plan_for(mesh, mesh.nodes[0], facts, segment_mtu(mesh, facts));
  ASSERT_EQ(plan.peers_size(), 2);
  EXPECT_EQ(plan.peers(0).node(), "b");
  EXPECT_TRUE(plan.peers(0).as_stored());
  EXPECT_FALSE(plan.peers(0).has_tunnel());
  EXPECT_FALSE(plan.peers(1).as_stored());
  EXPECT_EQ(plan.peers(1).public_key(), std::string(32, 'c'));
}

TEST(VanishedNodes, AreStoredSomewhereAndNamedNowhereInTheFile) {
  Mesh mesh = mesh_named({"a", "b"});
  mesh.absent = mesh_named({"gone"}).nodes;
  Facts facts{{"a", {}}, {"b", {}}};
  for (const char* peer : {"b", "gone", "old", "c"}) { facts["a"].add_stored_peers(peer); }
  facts["b"].add_stored_peers("old");
  EXPECT_THAT(vanished_nodes(mesh, facts), ElementsAre("c", "old"));
}

TEST(PlanFor, SplitHorizonHasNoSpanningTree) {
  Mesh mesh = mesh_named({"a", "b"});
  const Facts facts{{"a", {}}, {"b", {}}};
  const auto plan = [&] { return plan_for(mesh, mesh.nodes[0], facts, segment_mtu(mesh, facts)); };
  EXPECT_TRUE(plan().bridge().stp());
  mesh.loop_prevention = LoopPrevention::kSplitHorizon;
  EXPECT_FALSE(plan().bridge().stp());
}

TEST(PlanFor, APathCostIsThatOfEveryTunnel) {
  Mesh mesh = mesh_named({"a", "b"});
  mesh.path_cost = {PathCost::Kind::kFixed, 250};
  const Facts facts{{"a", {}}, {"b", {}}};
  const proto::Plan plan = plan_for(mesh, mesh.nodes[0], facts, segment_mtu(mesh, facts));
  EXPECT_EQ(plan.peers(0).tunnel().path_cost(), 250u);
}

TEST(PlanFor, MeasuredCostsAreThoseChosenElseThoseStored) {
  Mesh mesh = mesh_named({"a", "b"});
  mesh.path_cost.kind = PathCost::Kind::kMeasured;
  mesh.nodes[0].priority_is_open = true;
  mesh.nodes[0].priority = 4096;
  Facts facts{{"a", {}}, {"b", {}}};
  const auto plan = [&](const TreeChoice* choice) {
    return plan_for(mesh, mesh.nodes[0], facts, segment_mtu(mesh, facts), choice);
  };
  EXPECT_EQ(plan(nullptr).peers(0).tunnel().path_cost(), 0u);
  EXPECT_EQ(plan(nullptr).bridge().priority(), 4096u);

  proto::StoredCost& stored = *facts["a"].add_stored_costs();
  stored.set_node("b");
  stored.set_path_cost(77);
  facts["a"].set_stored_priority(8192);
  EXPECT_EQ(plan(nullptr).peers(0).tunnel().path_cost(), 77u);
  EXPECT_EQ(plan(nullptr).bridge().priority(), 8192u);

  const TreeChoice choice{
      .priorities = {{"a", 32768}}, .path_costs = {{{"a", "b"}, 5}}, .root = "b"};
  EXPECT_EQ(plan(&choice).peers(0).tunnel().path_cost(), 5u);
  EXPECT_EQ(plan(&choice).bridge().priority(), 32768u);
}

TEST(PlanFor, HasTheNamesOfAllNodesOnDemand) {
  Mesh mesh = mesh_named({"a", "b"});
  const Facts facts{{"a", {}}, {"b", {}}};
  const auto plan_of = [&] {
    return plan_for(mesh, mesh.nodes[0], facts, segment_mtu(mesh, facts), nullptr);
  };
  EXPECT_EQ(plan_of().hosts_size(), 0);
  EXPECT_THAT(plan_of().needs(), testing::IsEmpty());
  mesh.hosts = true;
  const proto::Plan plan = plan_of();
  EXPECT_THAT(plan.needs(), ElementsAre("hosts"));
  ASSERT_EQ(plan.hosts_size(), 2);
  EXPECT_EQ(plan.hosts(1).node(), "b");
  EXPECT_THAT(plan.hosts(1).addresses(), ElementsAre("10.9.0.2"));
}

// Of a node that was up before: proofs, routes and costs by name, as an older agent tells them.
proto::Hello hello_in_full(const Mesh& mesh, const Node& node) {
  proto::Hello hello;
  hello.set_public_key(std::string(32, node.name.front()));
  for (const Node* peer : peers_of(mesh, node)) {
    proto::PresharedProof& proof = *hello.add_preshared();
    proof.set_node(peer->name);
    proof.set_proof(std::min(node.name, peer->name) + std::max(node.name, peer->name) +
                    std::string(30, 'p'));
    proto::EndpointRoute& route = *hello.add_routes();
    route.set_node(peer->name);
    route.set_address("192.0.2.1");
    route.set_mtu(1400 + static_cast<unsigned>(peer->name.front()));
    proto::StoredCost& cost = *hello.add_stored_costs();
    cost.set_node(peer->name);
    cost.set_path_cost(static_cast<unsigned>(peer->name.front()));
  }
  return hello;
}

// The same in short.
proto::Hello hello_in_short(const Mesh& mesh, const Node& node) {
  const proto::Hello full = hello_in_full(mesh, node);
  proto::Hello hello;
  hello.set_public_key(full.public_key());
  hello.set_takes_short_peers(true);
  for (int i = 0; i < full.preshared_size(); ++i) {
    *hello.mutable_short_proofs() += full.preshared(i).proof().substr(0, 8);
    proto::RouteGroup& group = *hello.add_route_groups();
    group.set_mtu(full.routes(i).mtu());
    group.set_address(full.routes(i).address());
    group.add_peers(static_cast<std::uint32_t>(i));
    hello.add_opened_costs(full.stored_costs(i).path_cost());
  }
  return hello;
}

class ShortHellos : public testing::Test {
 protected:
  ShortHellos() {
    for (const Node& node : mesh_.nodes) {
      full_[node.name] = hello_in_full(mesh_, node);
      short_[node.name] = hello_in_short(mesh_, node);
    }
  }

  // What `node` makes of what it is sent is the plan that would have been sent in full.
  void expect_the_same_plan(const Node& node) const {
    SCOPED_TRACE(node.name);
    const SegmentMtu mtu = segment_mtu(mesh_, short_);
    const proto::Propose proposal = proposal_for(mesh_, node, short_, mtu);
    ASSERT_TRUE(proposal.has_short_peers());
    proto::Plan plan = proposal.plan();
    const proto::Open open = open_for(mesh_, node);
    ASSERT_TRUE(fits(open, proposal.short_peers()));
    put_all_peers(open, proposal.short_peers(),
                  network_of(*parse_prefix(plan.device().inner_address())), plan);
    EXPECT_EQ(plan.DebugString(), plan_for(mesh_, node, short_, mtu).DebugString());
  }

  Mesh mesh_ = mesh_named({"a", "b", "c", "d", "e"});
  Facts full_;
  Facts short_;
};

TEST_F(ShortHellos, SayTheSame) {
  EXPECT_EQ(segment_mtu(mesh_, short_).device, segment_mtu(mesh_, full_).device);
  EXPECT_EQ(segment_mtu(mesh_, short_).because, segment_mtu(mesh_, full_).because);
  EXPECT_TRUE(preshared_keys_to_make(mesh_, short_).empty());
  short_["b"].mutable_short_proofs()->replace(8, 8, "other...");  // for its second peer, c
  short_["e"].mutable_short_proofs()->replace(0, 8, 8, '\0');     // it has none for a
  EXPECT_THAT(preshared_keys_to_make(mesh_, short_),
              ElementsAre(Pair("b", ElementsAre("c")), Pair("e", ElementsAre("a"))));
  short_.erase("c");
  EXPECT_THAT(preshared_keys_to_make(mesh_, short_), ElementsAre(Pair("e", ElementsAre("a"))));
}

TEST_F(ShortHellos, AgreeWithThoseInFull) {
  Facts mixed = short_;
  mixed["c"] = full_["c"];
  EXPECT_TRUE(preshared_keys_to_make(mesh_, mixed).empty());
}

TEST_F(ShortHellos, AreAnsweredWithAPlanInShort) {
  mesh_.path_cost.kind = PathCost::Kind::kMeasured;
  mesh_.hosts = true;
  mesh_.nodes[1].underlay_address = parse_prefix("fd01::7/64")->address;
  mesh_.nodes[2].endpoint.reset();
  short_.erase("d");
  for (const Node& node : mesh_.nodes) {
    if (node.name != "d") { expect_the_same_plan(node); }
  }
  const SegmentMtu mtu = segment_mtu(mesh_, full_);
  EXPECT_FALSE(proposal_for(mesh_, mesh_.nodes[0], full_, mtu).has_short_peers());
}

// b, c, d and e have no endpoint. Of their pairs b and c found each other, as did b and e, who cannot be asked now.
TEST_F(ShortHellos, AreAnsweredWithLearnedLinksInShort) {
  mesh_.path_cost.kind = PathCost::Kind::kMeasured;
  for (const std::size_t i : {1u, 2u, 3u, 4u}) { mesh_.nodes[i].endpoint.reset(); }
  mesh_.nodes[2].underlay_address = parse_prefix("fd01::7/64")->address;
  mesh_.nodes[2].persistent_keepalive = 0;
  mesh_.learned.links[{"b", "c"}] = {parse_socket_address("203.0.113.1:1"),
                                     parse_socket_address("203.0.113.2:2")};
  mesh_.learned.links[{"b", "e"}] = {};
  mesh_.learned.no_links[{"c", "d"}] = {NoLink::Why::kPortDiffers, "d", "d at 203.0.113.3"};
  short_.erase("e");
  for (const Node& node : mesh_.nodes) {
    if (node.name != "e") { expect_the_same_plan(node); }
  }
  const proto::Propose of_c =
      proposal_for(mesh_, mesh_.nodes[2], short_, segment_mtu(mesh_, short_));
  EXPECT_THAT(of_c.short_peers().without_link(), ElementsAre(2, 3));  // d and e
  ASSERT_EQ(of_c.plan().peers_size(), 1);
  EXPECT_TRUE(of_c.plan().peers(0).learned());
  EXPECT_EQ(of_c.plan().no_links_size(), 1);
}

// Places are those of Open, which has the pairs as well that may get a link.
TEST_F(ShortHellos, CountPeersWithoutALink) {
  mesh_.nodes[1].endpoint.reset();
  mesh_.nodes[2].endpoint.reset();
  EXPECT_TRUE(preshared_keys_to_make(mesh_, short_).empty());
  short_["b"].mutable_short_proofs()->replace(16, 8, "other...");  // for its third peer, d
  EXPECT_THAT(preshared_keys_to_make(mesh_, short_), ElementsAre(Pair("d", ElementsAre("b"))));
}

TEST(ShortPeers, TellThoseWithoutALinkInOrder) {
  proto::Open open;
  proto::ShortPeers peers;
  for (const char* name : {"a", "b", "c"}) {
    open.add_peers()->set_node(name);
    peers.mutable_public_keys()->append(32, 'k');
  }
  peers.add_without_link(0);
  peers.add_without_link(2);
  EXPECT_TRUE(fits(open, peers));
  proto::ShortPeers beyond = peers;
  beyond.add_without_link(3);
  EXPECT_FALSE(fits(open, beyond));
  proto::ShortPeers twice = peers;
  twice.add_without_link(2);
  EXPECT_FALSE(fits(open, twice));
}

// With a thousand nodes a plan travels in 64 KiB.
TEST(ProposalFor, AThousandNodesIsSmall) {
  Mesh mesh = mesh_named({});
  mesh.path_cost.kind = PathCost::Kind::kMeasured;
  Facts facts;
  for (int i = 0; i < 1000; ++i) {
    Node node;
    node.name = fmt::format("node{}", i);
    node.addresses = {*parse_prefix("10.9.0.1/24")};
    node.endpoint = HostPort{node.name + ".example.com", 51820};
    mesh.nodes.push_back(node);
    facts[node.name].set_public_key(std::string(32, 'k'));
  }
  proto::Hello& own = facts["node0"];
  own.set_takes_short_peers(true);
  for (int i = 1; i < 1000; ++i) { own.add_opened_costs(20'000); }
  const SegmentMtu mtu = segment_mtu(mesh, facts);
  EXPECT_LE(proposal_for(mesh, mesh.nodes[0], facts, mtu).ByteSizeLong(), 64u << 10);
}

// a and b have no endpoint, and were seen at 203.0.113.1 and 203.0.113.2.
Mesh mesh_with_learned_link() {
  Mesh mesh = mesh_named({"a", "b", "o"});
  mesh.nodes[0].endpoint.reset();
  mesh.nodes[1].endpoint.reset();
  mesh.learned.links[{"a", "b"}] = {parse_socket_address("203.0.113.1:1"),
                                    parse_socket_address("203.0.113.2:2")};
  return mesh;
}

TEST(PlanFor, ALearnedLinkHasItsEndpointAndItsKeepalive) {
  Mesh mesh = mesh_with_learned_link();
  mesh.nodes[0].persistent_keepalive = 0;
  mesh.nodes[1].persistent_keepalive = 20;
  const Facts facts{{"a", {}}, {"b", {}}, {"o", {}}};
  const SegmentMtu mtu = segment_mtu(mesh, facts);
  const proto::Plan of_a = plan_for(mesh, mesh.nodes[0], facts, mtu);
  ASSERT_EQ(of_a.peers_size(), 2);
  EXPECT_EQ(of_a.peers(0).endpoint(), "203.0.113.2:2");
  EXPECT_TRUE(of_a.peers(0).learned());
  EXPECT_EQ(of_a.peers(0).persistent_keepalive(), 25u);
  EXPECT_FALSE(of_a.peers(1).learned());
  EXPECT_EQ(of_a.peers(1).persistent_keepalive(), 0u);
  EXPECT_THAT(of_a.needs(), ElementsAre("learned"));
  const proto::Plan of_b = plan_for(mesh, mesh.nodes[1], facts, mtu);
  EXPECT_EQ(of_b.peers(0).endpoint(), "203.0.113.1:1");
  EXPECT_EQ(of_b.peers(0).persistent_keepalive(), 20u);
  EXPECT_EQ(plan_for(mesh, mesh.nodes[2], facts, mtu).needs_size(), 0);
}

TEST(PlanFor, StoresAtBothEndsWhyAPairHasNoLink) {
  Mesh mesh = mesh_with_learned_link();
  mesh.learned = {};
  mesh.learned.no_links[{"a", "b"}] = {NoLink::Why::kPortDiffers, "b", "b at 203.0.113.2"};
  const Facts facts{{"a", {}}, {"b", {}}, {"o", {}}};
  const SegmentMtu mtu = segment_mtu(mesh, facts);
  for (const auto& [i, other] : {std::pair(0, "b"), {1, "a"}}) {
    const proto::Plan plan = plan_for(mesh, mesh.nodes[static_cast<std::size_t>(i)], facts, mtu);
    ASSERT_EQ(plan.no_links_size(), 1);
    EXPECT_EQ(plan.no_links(0).node(), other);
    EXPECT_EQ(plan.no_links(0).why(), proto::NoLink::PORT_DIFFERS);
    EXPECT_EQ(plan.no_links(0).culprit(), "b");
    EXPECT_EQ(plan.no_links(0).observed(), "b at 203.0.113.2");
    EXPECT_EQ(plan.peers_size(), 1);
  }
  EXPECT_EQ(plan_for(mesh, mesh.nodes[2], facts, mtu).no_links_size(), 0);
}

// What the file wants tells it, not what was learned: a link that comes or goes changes no third node.
TEST(PlanFor, ANodeThatTwoHiddenOnesDialTellsThemWhereItSeesTheOther) {
  Mesh mesh = mesh_with_learned_link();
  mesh.learned = {};
  const Facts facts{{"a", {}}, {"b", {}}, {"o", {}}};
  const SegmentMtu mtu = segment_mtu(mesh, facts);
  const auto locates = [&](std::size_t node) {
    return plan_for(mesh, mesh.nodes[node], facts, mtu).locates();
  };
  EXPECT_FALSE(locates(0));
  EXPECT_FALSE(locates(1));
  EXPECT_TRUE(locates(2));
  mesh.learn_endpoints = false;
  EXPECT_FALSE(locates(2));
  mesh.learn_endpoints = true;
  // They want no link with each other.
  mesh.full = false;
  mesh.nodes[2].peers = {"a", "b"};
  mesh.nodes[0].peers = mesh.nodes[1].peers = {"o"};
  EXPECT_FALSE(locates(2));
  // One of them can be dialled.
  mesh = mesh_with_learned_link();
  mesh.nodes[0].endpoint = HostPort{"a.example", 51820};
  EXPECT_FALSE(locates(2));
}

TEST(OpenFor, AsksAboutPairsThatMayGetALink) {
  Mesh mesh = mesh_with_learned_link();
  mesh.learned = {};
  EXPECT_EQ(open_for(mesh, mesh.nodes[0]).peers_size(), 2);
  mesh.learn_endpoints = false;
  EXPECT_EQ(open_for(mesh, mesh.nodes[0]).peers_size(), 1);
}

}  // namespace
}  // namespace wgmesh::planner_test
