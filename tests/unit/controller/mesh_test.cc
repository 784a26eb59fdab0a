#include "controller/mesh.h"

#include <gmock/gmock.h>

#include <fmt/format.h>

namespace wgmesh {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

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
  for (const Node* peer : peers_of(mesh, mesh.nodes[node])) names.push_back(peer->name);
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
  EXPECT_THAT(check(mesh), ElementsAre(HasSubstr("node b: the address 10.0.0.1 is already that of "
                                                 "node a")));
}

TEST(Check, FindsInnerAddressesThatCollide) {
  // Three hosts in two addresses: some two of them must meet.
  Mesh mesh = mesh_of({{"a", {}}, {"b", {}}, {"c", {}}});
  mesh.underlay = *parse_prefix("198.18.0.0/30");
  EXPECT_THAT(check(mesh), testing::Not(IsEmpty()));
  EXPECT_THAT(check(mesh)[0],
              HasSubstr("give one of them an underlay_addr of its own in 198.18.0.0/30"));
}

TEST(Check, FindsAnUnderlayThatOverlapsTheNetwork) {
  Mesh mesh = mesh_of({{"a", {}}});
  mesh.underlay = *parse_prefix("10.0.0.0/8");
  EXPECT_THAT(check(mesh),
              ElementsAre("the underlay 10.0.0.0/8 overlaps the network 10.0.0.0/24; take "
                          "another prefix"));
}

TEST(Check, NamesEveryPairWithoutAnEndpointOnce) {
  Mesh mesh = mesh_of({{"a", {}}, {"b", {}}, {"c", {}}, {"d", {}}});
  mesh.nodes[1].endpoint.reset();
  EXPECT_THAT(check(mesh), IsEmpty());
  mesh.nodes[2].endpoint.reset();
  mesh.nodes[3].endpoint.reset();
  EXPECT_THAT(check(mesh),
              ElementsAre(HasSubstr("node c: neither this node nor its peer b has an endpoint"),
                          HasSubstr("node d: neither this node nor its peers b and c have an "
                                    "endpoint")));
  // Leaving the pairs out is the cure it names.
  mesh.nodes[1].peers = mesh.nodes[2].peers = mesh.nodes[3].peers = {"a"};
  EXPECT_THAT(check(mesh), IsEmpty());
}

TEST(Check, FindsIslands) {
  EXPECT_THAT(check(mesh_of({{"a", {"b"}}, {"b", {"a"}}, {"c", {"d"}}, {"d", {"c"}}})),
              ElementsAre(HasSubstr("no path of peers leads from a to c and d")));
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
  EXPECT_THAT(check(mesh)[0],
              HasSubstr("its bridge would have 1024 ports, and a bridge takes 1023"));
  mesh.nodes.pop_back();
  EXPECT_THAT(check(mesh), IsEmpty());
}

}  // namespace
}  // namespace wgmesh
