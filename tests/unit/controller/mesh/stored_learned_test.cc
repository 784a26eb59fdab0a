#include "controller/mesh/stored_learned.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgmesh::stored_learned_test {
namespace {

using testing::IsEmpty;

const LinkName kAb{"a", "b"};

Mesh mesh_of_two_without_endpoint() {
  Mesh mesh;
  mesh.name = "m";
  mesh.network = *parse_prefix("10.9.0.0/24");
  mesh.underlay = *parse_prefix("fd01::/64");
  for (const char* name : {"a", "b", "o"}) { mesh.nodes.emplace_back().name = name; }
  mesh.nodes[2].endpoint = HostPort{"o", 51820};
  return mesh;
}

proto::Hello finds(const char* peer, const char* endpoint) {
  proto::Hello hello;
  hello.add_learned()->set_node(peer);
  hello.mutable_learned(0)->set_endpoint(endpoint);
  return hello;
}

proto::Hello lacks(const char* peer, const char* observed) {
  proto::Hello hello;
  proto::NoLink& no_link = *hello.add_no_links();
  no_link.set_node(peer);
  no_link.set_why(proto::NoLink::NO_HANDSHAKE);
  no_link.set_observed(observed);
  return hello;
}

TEST(StoredLearned, ALinkIsWhatBothEndsHaveStored) {
  const Mesh mesh = mesh_of_two_without_endpoint();
  const Facts facts{{"a", finds("b", "203.0.113.2:2")}, {"b", finds("a", "203.0.113.1:1")}};
  const Learned learned = stored_learned(mesh, facts);
  EXPECT_EQ(learned.links.at(kAb).first, parse_socket_address("203.0.113.1:1"));
  EXPECT_EQ(learned.links.at(kAb).second, parse_socket_address("203.0.113.2:2"));
  EXPECT_THAT(stored_learned(mesh, {{"a", facts.at("a")}, {"b", {}}}).links, IsEmpty());
}

TEST(StoredLearned, ForANodeThatCannotBeAskedTheOtherSpeaks) {
  const Mesh mesh = mesh_of_two_without_endpoint();
  const Learned learned = stored_learned(mesh, {{"a", finds("b", "203.0.113.2:2")}});
  EXPECT_EQ(learned.links.at(kAb).second, parse_socket_address("203.0.113.2:2"));
  EXPECT_FALSE(learned.links.at(kAb).first);
  EXPECT_EQ(stored_learned(mesh, {{"b", lacks("a", "x")}}).no_links.at(kAb).observed, "x");
}

TEST(StoredLearned, AReasonCountsIfBothTellTheSame) {
  const Mesh mesh = mesh_of_two_without_endpoint();
  const NoLink expected{NoLink::Why::kNoHandshake, "", "x"};
  EXPECT_EQ(stored_learned(mesh, {{"a", lacks("b", "x")}, {"b", lacks("a", "x")}}).no_links.at(kAb),
            expected);
  EXPECT_THAT(stored_learned(mesh, {{"a", lacks("b", "x")}, {"b", lacks("a", "y")}}).no_links,
              IsEmpty());
  EXPECT_THAT(stored_learned(mesh, {{"a", lacks("b", "x")}, {"b", {}}}).no_links, IsEmpty());
}

TEST(StoredLearned, APairThatHasAnEndpointNowIsLearnedNoMore) {
  Mesh mesh = mesh_of_two_without_endpoint();
  const Facts facts{{"a", finds("b", "203.0.113.2:2")}, {"b", finds("a", "203.0.113.1:1")}};
  mesh.nodes[0].endpoint = HostPort{"a", 51820};
  EXPECT_THAT(stored_learned(mesh, facts).links, IsEmpty());
  mesh.nodes[0].endpoint.reset();
  mesh.learn_endpoints = false;
  EXPECT_THAT(stored_learned(mesh, facts).links, IsEmpty());
}

TEST(StoredLearned, IsPartOfTheMeshForVerbsThatRead) {
  const Mesh mesh = mesh_of_two_without_endpoint();
  const std::vector<NodeReport> reports{{.node = "a", .hello = finds("b", "203.0.113.2:2")},
                                        {.node = "b", .hello = finds("a", "203.0.113.1:1")}};
  EXPECT_TRUE(is_peered(with_learned(mesh, reports), mesh.nodes[0], mesh.nodes[1]));
  Examination examination;
  examination.nodes["a"].hello = reports[0].hello;
  examination.nodes["b"].hello = reports[1].hello;
  EXPECT_TRUE(is_peered(with_learned(mesh, examination), mesh.nodes[0], mesh.nodes[1]));
}

}  // namespace
}  // namespace wgmesh::stored_learned_test
