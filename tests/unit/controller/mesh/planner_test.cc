#include "controller/mesh/planner.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/error.h"
#include "common/short_peers.h"

namespace wgmesh::planner_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

Mesh mesh_of(std::initializer_list<const char*> names, const char* underlay = "fd01::/64") {
  Mesh mesh;
  mesh.name = "m";
  mesh.network = *parse_prefix("10.9.0.0/24");
  mesh.underlay = *parse_prefix(underlay);
  std::uint8_t last = 1;
  for (const char* name : names) {
    Node node;
    node.name = name;
    node.addresses = {*parse_prefix("10.9.0.1/24")};
    node.addresses[0].address.octets[3] = last++;
    node.endpoint = HostPort{name, 51820};
    mesh.nodes.push_back(node);
  }
  return mesh;
}

proto::Hello hello_with_route(const char* peer, const char* address, unsigned mtu) {
  proto::Hello hello;
  proto::EndpointRoute& route = *hello.add_routes();
  route.set_node(peer);
  route.set_address(address);
  route.set_mtu(mtu);
  return hello;
}

TEST(SegmentMtu, IsTheSmallestRouteLessWireguardAndTunnel) {
  const Mesh mesh = mesh_of({"a", "b"});
  const auto segment = [&](const char* address, unsigned route) {
    return segment_mtu(mesh, {{"a", hello_with_route("b", address, route)}, {"b", {}}}).segment;
  };
  EXPECT_EQ(segment("192.0.2.1", 1500), 1500u - 60 - 58);
  EXPECT_EQ(segment("2001:db8::1", 1500), 1500u - 80 - 58);
  EXPECT_EQ(segment("192.0.2.1", 9000), 9000u - 60 - 58);
}

// Rootless containers and InfiniBand say 65520, which is more than agents take.
TEST(SegmentMtu, IsWhatAgentsTakeAtMost) {
  const auto device = [](unsigned route, const char* underlay) {
    return segment_mtu(mesh_of({"a", "b"}, underlay),
                       {{"a", hello_with_route("b", "192.0.2.1", route)}, {"b", {}}});
  };
  for (const unsigned route : {65061u, 65520u, 65535u}) {
    EXPECT_EQ(device(route, "fd01::/64").device, 65000u) << route;
    EXPECT_EQ(device(route, "fd01::/64").segment, 65000u - 58) << route;
    EXPECT_EQ(device(route, "10.20.0.0/16").segment, 65000u - 38) << route;
  }
  EXPECT_EQ(device(65060, "fd01::/64").device, 65000u);
  EXPECT_EQ(device(65059, "fd01::/64").device, 64999u);
}

TEST(SegmentMtu, IsOneValueForAllNodes) {
  const Mesh mesh = mesh_of({"a", "b", "c"}, "10.20.0.0/16");
  const SegmentMtu mtu = segment_mtu(mesh, {{"a", hello_with_route("b", "192.0.2.1", 1500)},
                                            {"b", hello_with_route("c", "192.0.2.2", 1400)},
                                            {"c", {}}});
  EXPECT_EQ(mtu.device, 1340u);
  EXPECT_EQ(mtu.segment, 1340u - 38);
  EXPECT_EQ(mtu.because, "b to c (192.0.2.2)");
}

TEST(SegmentMtu, TakesTheCarefulFigureWhileNothingIsKnown) {
  EXPECT_EQ(segment_mtu(mesh_of({"a", "b"}), {{"a", {}}, {"b", {}}}).segment, 1500u - 80 - 58);
}

TEST(SegmentMtu, FragmentingCarries1500WhateverThePathsDo) {
  Mesh mesh = mesh_of({"a", "b"}, "198.18.0.0/19");
  mesh.fragments = true;
  const Facts facts{{"a", hello_with_route("b", "192.0.2.1", 1400)}, {"b", {}}};
  EXPECT_EQ(segment_mtu(mesh, facts).segment, 1500u);
  EXPECT_EQ(segment_mtu(mesh, facts).device, 1340u);
  const proto::Plan plan = plan_for(mesh, mesh.nodes[0], facts, segment_mtu(mesh, facts));
  EXPECT_TRUE(plan.fragments());
  EXPECT_EQ(plan.tunnel_kind(), proto::GRETAP);
}

TEST(SegmentMtu, ANumberBelowIsTakenAndOneAboveNamesBoth) {
  Mesh mesh = mesh_of({"a", "b"});
  const Facts facts{{"a", hello_with_route("b", "192.0.2.1", 1500)}, {"b", {}}};
  mesh.mtu = 1300;
  EXPECT_EQ(segment_mtu(mesh, facts).segment, 1300u);
  EXPECT_EQ(segment_mtu(mesh, facts).device, 1440u);
  mesh.mtu = 1383;
  try {
    segment_mtu(mesh, facts);
    FAIL() << "1383 does not fit";
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("1383"));
    EXPECT_THAT(error.message(), HasSubstr("1382"));
    EXPECT_EQ(error.id(), "mesh-mtu-too-large");
  }
}

TEST(SegmentMtu, RefusesPathsTooSmallForIpv6Inside) {
  try {
    segment_mtu(mesh_of({"a", "b"}), {{"a", hello_with_route("b", "192.0.2.1", 1300)}});
    FAIL() << "1300 leaves too little";
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "mesh-path-too-small");
    EXPECT_EQ(error.cure(), "raise that path's MTU, or set an IPv4 `underlay`");
  }
  EXPECT_EQ(segment_mtu(mesh_of({"a", "b"}, "10.20.0.0/16"),
                        {{"a", hello_with_route("b", "192.0.2.1", 1300)}})
                .segment,
            1300u - 60 - 38);
}

TEST(PresharedKeysToMake, OneEndMakesWhatIsMissingOrDiffers) {
  const Mesh mesh = mesh_of({"a", "b", "c"});
  const auto holding = [](std::initializer_list<std::pair<const char*, const char*>> proofs) {
    proto::Hello hello;
    for (const auto& [peer, proof] : proofs) {
      proto::PresharedProof& held = *hello.add_preshared();
      held.set_node(peer);
      held.set_proof(proof);
    }
    return hello;
  };
  EXPECT_THAT(preshared_keys_to_make(mesh, {{"a", holding({{"b", "1"}, {"c", "2"}})},
                                            {"b", holding({{"a", "1"}, {"c", "3"}})},
                                            {"c", holding({{"a", "2"}, {"b", "3"}})}}),
              testing::IsEmpty());
  // c was installed anew: new keys for its pairs only.
  EXPECT_THAT(preshared_keys_to_make(mesh, {{"a", holding({{"b", "1"}, {"c", "2"}})},
                                            {"b", holding({{"a", "1"}, {"c", "3"}})},
                                            {"c", {}}}),
              ElementsAre(Pair("a", ElementsAre("c")), Pair("b", ElementsAre("c"))));
  EXPECT_THAT(preshared_keys_to_make(mesh, {{"a", holding({{"b", "1"}, {"c", "2"}})},
                                            {"b", holding({{"a", "other"}, {"c", "3"}})},
                                            {"c", holding({{"a", "2"}, {"b", "3"}})}}),
              ElementsAre(Pair("a", ElementsAre("b"))));
}

TEST(PresharedKeysToMake, ANodeThatNamesAPeerTwiceIsTakenAtItsFirstWord) {
  const Mesh mesh = mesh_of({"a", "b"});
  Facts facts{{"a", {}}, {"b", {}}};
  const auto holds = [&](const char* node, const char* peer, const char* proof) {
    proto::PresharedProof& held = *facts[node].add_preshared();
    held.set_node(peer);
    held.set_proof(proof);
  };
  holds("a", "b", "1");
  holds("a", "b", "2");
  holds("b", "a", "1");
  EXPECT_THAT(preshared_keys_to_make(mesh, facts), testing::IsEmpty());
  facts["b"].mutable_preshared(0)->set_proof("2");
  EXPECT_THAT(preshared_keys_to_make(mesh, facts), ElementsAre(Pair("a", ElementsAre("b"))));
}

// The proofs come in any order, a stranger among them, and only the pair that differs is new.
TEST(PresharedKeysToMake, ALargeMeshFindsTheOnePairThatDiffers) {
  constexpr int kNodes = 120;
  Mesh mesh = mesh_of({});
  for (int i = 0; i < kNodes; ++i) {
    Node node;
    node.name = fmt::format("n{}", i);
    node.endpoint = HostPort{node.name, 51820};
    mesh.nodes.push_back(node);
  }
  Facts facts;
  for (int i = 0; i < kNodes; ++i) {
    proto::Hello& hello = facts[fmt::format("n{}", i)];
    const auto hold = [&](std::string peer, std::string proof) {
      proto::PresharedProof& held = *hello.add_preshared();
      held.set_node(std::move(peer));
      held.set_proof(std::move(proof));
    };
    hold("stranger", "x");
    for (int j = kNodes - 1; j >= 0; --j) {
      if (j == i) { continue; }
      const bool differs = i == 97 && j == 11;
      hold(fmt::format("n{}", j),
           differs ? "other" : fmt::format("{}-{}", std::min(i, j), std::max(i, j)));
    }
  }
  EXPECT_THAT(preshared_keys_to_make(mesh, facts), ElementsAre(Pair("n11", ElementsAre("n97"))));
  EXPECT_THAT(preshared_keys_to_make(mesh, facts, {"n5"})["n5"].size(),
              // All pairs of n5 whose other name comes later as text.
              std::ranges::count_if(mesh.nodes, [](const Node& n) { return n.name > "n5"; }));
}

TEST(PlanFor, IsDeterministicAndNamesEveryPeerWithItsTunnel) {
  const Mesh mesh = mesh_of({"a", "b", "a-rather-long-name"});
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
  const Mesh mesh = mesh_of({"a", "b", "c"});
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

TEST(PlanAroundAMissingNode, MakesNoKeysForItsPairs) {
  EXPECT_THAT(preshared_keys_to_make(mesh_of({"a", "b", "c"}), {{"a", {}}, {"c", {}}}),
              ElementsAre(Pair("a", ElementsAre("c"))));
}

TEST(PlanAroundAMissingNode, NeverRaisesTheMtuAboveWhatItsPeersHaveCommitted) {
  const Mesh mesh = mesh_of({"a", "b", "c"});
  Facts facts{{"a", hello_with_route("c", "192.0.2.1", 1500)}, {"c", {}}};
  facts["a"].set_stored_device_mtu(1400);
  facts["a"].set_stored_segment_mtu(1340);
  SegmentMtu mtu = segment_mtu(mesh, facts);
  EXPECT_EQ(mtu.device, 1400u);
  EXPECT_EQ(mtu.segment, 1340u);
  EXPECT_TRUE(mtu.is_held);
  EXPECT_EQ(mtu.held_by, "a");

  // Lower is another matter: the path has become narrow whoever is there.
  facts["a"].mutable_routes(0)->set_mtu(1400);
  mtu = segment_mtu(mesh, facts);
  EXPECT_EQ(mtu.segment, 1400u - 60 - 58);
  EXPECT_FALSE(mtu.is_held);
  EXPECT_EQ(mtu.held_by, "");

  facts["a"].mutable_routes(0)->set_mtu(1500);
  facts["b"] = {};
  EXPECT_EQ(segment_mtu(mesh, facts).segment, 1500u - 60 - 58);
}

TEST(VanishedNodes, AreStoredSomewhereAndNamedNowhereInTheFile) {
  Mesh mesh = mesh_of({"a", "b"});
  mesh.absent = mesh_of({"gone"}).nodes;
  Facts facts{{"a", {}}, {"b", {}}};
  for (const char* peer : {"b", "gone", "old", "c"}) { facts["a"].add_stored_peers(peer); }
  facts["b"].add_stored_peers("old");
  EXPECT_THAT(vanished_nodes(mesh, facts), ElementsAre("c", "old"));
}

TEST(PlanFor, SplitHorizonHasNoSpanningTree) {
  Mesh mesh = mesh_of({"a", "b"});
  const Facts facts{{"a", {}}, {"b", {}}};
  const auto plan = [&] { return plan_for(mesh, mesh.nodes[0], facts, segment_mtu(mesh, facts)); };
  EXPECT_TRUE(plan().bridge().stp());
  mesh.loop_prevention = LoopPrevention::kSplitHorizon;
  EXPECT_FALSE(plan().bridge().stp());
}

TEST(PlanFor, APathCostIsThatOfEveryTunnel) {
  Mesh mesh = mesh_of({"a", "b"});
  mesh.path_cost = {PathCost::Kind::kFixed, 250};
  const Facts facts{{"a", {}}, {"b", {}}};
  const proto::Plan plan = plan_for(mesh, mesh.nodes[0], facts, segment_mtu(mesh, facts));
  EXPECT_EQ(plan.peers(0).tunnel().path_cost(), 250u);
}

TEST(PlanFor, MeasuredCostsAreThoseChosenElseThoseStored) {
  Mesh mesh = mesh_of({"a", "b"});
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
  Mesh mesh = mesh_of({"a", "b"});
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

  Mesh mesh_ = mesh_of({"a", "b", "c", "d", "e"});
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
              ElementsAre(Pair("a", ElementsAre("e")), Pair("b", ElementsAre("c"))));
  short_.erase("c");
  EXPECT_THAT(preshared_keys_to_make(mesh_, short_), ElementsAre(Pair("a", ElementsAre("e"))));
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
  EXPECT_THAT(preshared_keys_to_make(mesh_, short_), ElementsAre(Pair("b", ElementsAre("d"))));
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
  Mesh mesh = mesh_of({});
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
  Mesh mesh = mesh_of({"a", "b", "o"});
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

TEST(OpenFor, AsksAboutPairsThatMayGetALink) {
  Mesh mesh = mesh_with_learned_link();
  mesh.learned = {};
  EXPECT_EQ(open_for(mesh, mesh.nodes[0]).peers_size(), 2);
  mesh.learn_endpoints = false;
  EXPECT_EQ(open_for(mesh, mesh.nodes[0]).peers_size(), 1);
}

}  // namespace
}  // namespace wgmesh::planner_test
