#include "controller/mesh/mesh.h"

#include <gmock/gmock.h>

#include <fmt/format.h>

namespace wgmesh::mesh_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

auto says(const char* id, const char* part) {
  return testing::AllOf(testing::Field(&Said::id, id),
                        testing::Field(&Said::text, HasSubstr(part)));
}

Mesh mesh_of(std::initializer_list<std::pair<const char*, std::vector<std::string>>> nodes) {
  Mesh mesh;
  mesh.name = "m";
  mesh.network = *parse_prefix("10.0.0.0/24");
  mesh.underlay = *parse_prefix("fd01::/64");
  mesh.full = false;
  for (const auto& [name, peers] : nodes) {
    Node node;
    node.name = name;
    node.addresses = {*parse_prefix(fmt::format("10.0.0.{}/24", mesh.nodes.size() + 1))};
    node.endpoint = HostPort{name, 51820};
    node.peers = peers;
    mesh.nodes.push_back(node);
  }
  return mesh;
}

std::vector<std::string> peer_names(const Mesh& mesh, std::size_t node) {
  std::vector<std::string> names;
  for (const Node* peer : peers_of(mesh, mesh.nodes[node])) { names.push_back(peer->name); }
  return names;
}

TEST(PeersOf, FullMeansEverybodyWhateverIsListed) {
  Mesh mesh = mesh_of({{"a", {"b"}}, {"b", {}}, {"c", {}}});
  mesh.full = true;
  EXPECT_THAT(peer_names(mesh, 0), ElementsAre("b", "c"));
  EXPECT_THAT(peer_names(mesh, 2), ElementsAre("a", "b"));
}

TEST(PeersOf, OneOfThePairMayListTheOther) {
  const Mesh mesh = mesh_of({{"a", {"b"}}, {"b", {"c"}}, {"c", {"b"}}});
  EXPECT_THAT(peer_names(mesh, 0), ElementsAre("b"));
  EXPECT_THAT(peer_names(mesh, 1), ElementsAre("a", "c"));
  EXPECT_THAT(peer_names(mesh, 2), ElementsAre("b"));
}

TEST(PeersOf, ThoseThatListNobodyArePeersOfEachOther) {
  const Mesh mesh = mesh_of({{"a", {"b"}}, {"b", {}}, {"c", {}}, {"d", {}}});
  EXPECT_THAT(peer_names(mesh, 0), ElementsAre("b"));
  EXPECT_THAT(peer_names(mesh, 1), ElementsAre("a", "c", "d"));
  EXPECT_THAT(peer_names(mesh, 2), ElementsAre("b", "d"));
}

TEST(Check, FindsNothingInASoundMesh) {
  EXPECT_THAT(check(mesh_of({{"a", {}}, {"b", {}}, {"c", {}}})), IsEmpty());
  EXPECT_THAT(check(mesh_of({{"a", {}}})), IsEmpty());
}

TEST(Check, FindsAddressesThatCollide) {
  Mesh mesh = mesh_of({{"a", {}}, {"b", {}}});
  mesh.nodes[1].addresses = mesh.nodes[0].addresses;
  EXPECT_THAT(check(mesh), ElementsAre(says("mesh-address-twice",
                                            "node b: the address 10.0.0.1 is already that of "
                                            "node a")));
}

TEST(Check, FindsLinksThatWouldHaveOneName) {
  EXPECT_THAT(check(mesh_of({{"a", {}}, {"a", {}}})),
              testing::Contains(says("mesh-link-name-twice",
                                     "links to it and to node a would both "
                                     "be named")));
}

TEST(Check, FindsInnerAddressesThatCollide) {
  // Three hosts in two addresses: some two of them must meet.
  Mesh mesh = mesh_of({{"a", {}}, {"b", {}}, {"c", {}}});
  mesh.underlay = *parse_prefix("198.18.0.0/30");
  EXPECT_THAT(check(mesh), testing::Not(IsEmpty()));
  EXPECT_THAT(check(mesh)[0],
              says("mesh-inner-address-twice",
                   "give one of them an underlay_addr of its own in 198.18.0.0/30"));
}

TEST(Check, FindsAnUnderlayThatOverlapsTheNetwork) {
  Mesh mesh = mesh_of({{"a", {}}});
  mesh.underlay = *parse_prefix("10.0.0.0/8");
  EXPECT_THAT(check(mesh),
              ElementsAre(says("mesh-underlay-overlaps",
                               "the underlay 10.0.0.0/8 overlaps the network 10.0.0.0/24; take "
                               "another prefix")));
}

TEST(PeersOf, APairThatNobodyCanDialHasNoLink) {
  Mesh mesh = mesh_of({{"a", {}}, {"b", {}}, {"c", {}}});
  mesh.nodes[1].endpoint.reset();
  EXPECT_THAT(peer_names(mesh, 1), ElementsAre("a", "c"));
  mesh.nodes[2].endpoint.reset();
  EXPECT_THAT(peer_names(mesh, 1), ElementsAre("a"));
  EXPECT_THAT(check(mesh), IsEmpty());
  // It is not known yet whether the two find each other.
  EXPECT_THAT(cautions(mesh), IsEmpty());
  EXPECT_THAT(learnable_pairs(mesh), ElementsAre(LinkName("b", "c")));
  mesh.learn_endpoints = false;
  EXPECT_THAT(learnable_pairs(mesh), IsEmpty());
  EXPECT_THAT(cautions(mesh),
              ElementsAre(says("mesh-pair-mute", "b-c: no endpoint at either end")));
}

TEST(PeersOf, APairThatNobodyCanDialHasALinkIfItWasLearnedWhereTheTwoAre) {
  Mesh mesh = mesh_of({{"a", {}}, {"b", {}}, {"c", {}}});
  mesh.nodes[1].endpoint.reset();
  mesh.nodes[2].endpoint.reset();
  mesh.learned.links[{"b", "c"}] = {};
  EXPECT_THAT(peer_names(mesh, 1), ElementsAre("a", "c"));
  EXPECT_NE(find_learned(mesh, mesh.nodes[2], mesh.nodes[1]), nullptr);
  EXPECT_EQ(find_learned(mesh, mesh.nodes[0], mesh.nodes[1]), nullptr);
  // The file decides who is a peer.
  mesh.full = false;
  mesh.nodes[0].peers = {"b", "c"};
  mesh.nodes[1].peers = {"a"};
  EXPECT_THAT(peer_names(mesh, 1), ElementsAre("a"));
}

TEST(PeersOf, ALocalEndpointServesPeersOfTheSameSite) {
  Mesh mesh = mesh_of({{"a", {}}, {"b", {}}, {"c", {}}});
  mesh.nodes[1].endpoint.reset();
  mesh.nodes[1].site = mesh.nodes[2].site = "cellar";
  mesh.nodes[1].local_endpoint = HostPort{"192.168.1.5", 51820};
  mesh.nodes[2].local_endpoint = HostPort{"192.168.1.6", 51820};
  EXPECT_EQ(endpoint_for(mesh.nodes[2], mesh.nodes[1])->host, "192.168.1.5");
  EXPECT_EQ(endpoint_for(mesh.nodes[1], mesh.nodes[2])->host, "192.168.1.6");
  EXPECT_EQ(endpoint_for(mesh.nodes[0], mesh.nodes[2])->host, "c");
  EXPECT_FALSE(endpoint_for(mesh.nodes[0], mesh.nodes[1]));
}

TEST(Check, FindsNodesThatNobodyCanDial) {
  Mesh mesh = mesh_of({{"a", {}}, {"b", {}}});
  mesh.nodes[0].endpoint.reset();
  mesh.nodes[1].endpoint.reset();
  EXPECT_THAT(check(mesh), ElementsAre(says("mesh-islands",
                                            "node b: no path of peers leads from a to b; two "
                                            "nodes without an endpoint cannot dial each "
                                            "other")));
}

TEST(Check, RefusesSplitHorizonWhereAPairHasNoLink) {
  Mesh mesh = mesh_of({{"a", {"b"}}, {"b", {}}, {"c", {"b"}}});
  EXPECT_THAT(check(mesh), IsEmpty());
  mesh.loop_prevention = LoopPrevention::kSplitHorizon;
  EXPECT_THAT(check(mesh),
              ElementsAre(says("mesh-split-horizon-gap", "a-c are not peered; say full: true")));
  mesh.full = true;
  EXPECT_THAT(check(mesh), IsEmpty());
  mesh.nodes[0].endpoint.reset();
  mesh.nodes[2].endpoint.reset();
  EXPECT_THAT(check(mesh), IsEmpty());
  mesh.learn_endpoints = false;
  EXPECT_THAT(check(mesh),
              ElementsAre(says("mesh-split-horizon-gap", "a-c have no endpoint at either end")));
}

TEST(Cautions, TellWhatBridgePortsLetThrough) {
  Mesh mesh = mesh_of({{"a", {}}, {"b", {}}});
  mesh.nodes[0].bridge_ports = {"eth1"};
  mesh.fragments = true;
  EXPECT_THAT(cautions(mesh),
              ElementsAre(says("mesh-bridge-ports-open", "a: what is on the segment reaches")));
  EXPECT_THAT(cautions(mesh), ElementsAre(says("mesh-bridge-ports-open", "BPDUs")));
  mesh.fragments = false;
  EXPECT_THAT(cautions(mesh),
              testing::Contains(says("mesh-bridge-ports-mtu", "must use the segment's MTU")));
  mesh.fragments = true;
  mesh.nodes[1].bridge_ports = {"eth1"};
  mesh.loop_prevention = LoopPrevention::kSplitHorizon;
  EXPECT_THAT(cautions(mesh),
              testing::Contains(says("mesh-bridge-ports-loop", "frames go round for ever")));
}

TEST(Check, FindsIslands) {
  EXPECT_THAT(check(mesh_of({{"a", {"b"}}, {"b", {"a"}}, {"c", {"d"}}, {"d", {"c"}}})),
              ElementsAre(says("mesh-islands", "no path of peers leads from a to c and d")));
}

TEST(Check, FindsBridgesWithTooManyPorts) {
  Mesh mesh = mesh_of({});
  mesh.full = true;
  mesh.network = *parse_prefix("10.0.0.0/8");
  for (unsigned i = 0; i < 1025; ++i) {
    Node node;
    node.name = fmt::format("n{}", i);
    node.addresses = {*parse_prefix(fmt::format("10.0.{}.{}/8", i / 200, i % 200 + 1))};
    node.endpoint = HostPort{node.name, 1};
    mesh.nodes.push_back(node);
  }
  EXPECT_EQ(check(mesh).size(), 1025u);
  EXPECT_THAT(check(mesh)[0], says("mesh-bridge-full",
                                   "its bridge would have 1024 ports, and a bridge takes 1023"));
  mesh.nodes.pop_back();
  EXPECT_THAT(check(mesh), IsEmpty());
}

}  // namespace
}  // namespace wgmesh::mesh_test
