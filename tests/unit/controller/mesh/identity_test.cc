#include "controller/mesh/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgmesh::identity_test {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

Mesh mesh_of(std::initializer_list<const char*> names) {
  Mesh mesh;
  mesh.name = "m";
  mesh.network = *parse_prefix("10.9.0.0/24");
  for (const char* name : names) { mesh.nodes.emplace_back().name = name; }
  return mesh;
}

std::string key_of(char octet) { return std::string(32, octet); }

// A node that has stored the plan of `node` with these peers (name, octet of the key).
proto::Hello stored(char octet, const char* node,
                    std::initializer_list<std::pair<const char*, char>> peers,
                    const char* network = "10.9.0.0/24") {
  proto::Hello hello;
  hello.set_public_key(key_of(octet));
  hello.mutable_identity()->set_node(node);
  hello.mutable_identity()->set_network(network);
  for (const auto& [peer, key] : peers) {
    hello.add_stored_peers(peer);
    hello.mutable_identity()->add_peer_keys(key_of(key));
  }
  return hello;
}

proto::Hello pristine(char octet) {
  proto::Hello hello;
  hello.set_public_key(key_of(octet));
  return hello;
}

TEST(Clones, AreThoseWhosePlanIsAnothers) {
  const Mesh mesh = mesh_of({"a", "b", "c"});
  const auto clones = find_clones(mesh, {{"a", stored(1, "a", {{"b", 2}})},
                                         {"b", stored(2, "b", {{"a", 1}})},
                                         {"c", stored(1, "a", {{"b", 2}})}});
  ASSERT_EQ(clones.size(), 1u);
  EXPECT_EQ(clones[0].node, "c");
  EXPECT_EQ(clones[0].said.id, "mesh-node-cloned");
  EXPECT_EQ(clones[0].said.text, "it has the public key of a: is it a clone of that machine?");
  EXPECT_THAT(clones[0].said.cure, HasSubstr("`wgmesh-agent down m -r` on c"));
}

TEST(Clones, AllAreNamedWhereNobodyKnowsTheOriginal) {
  const Mesh mesh = mesh_of({"a", "b", "c"});
  const Facts facts{{"a", pristine(1)}, {"b", pristine(1)}, {"c", pristine(3)}};
  EXPECT_THAT(find_clones(mesh, facts),
              ElementsAre(Field(&Mistaken::node, "a"), Field(&Mistaken::node, "b")));
  // Two that both claim to be themselves: one of them lies.
  EXPECT_THAT(find_clones(mesh, {{"a", stored(1, "a", {})}, {"b", stored(1, "b", {})}}),
              ElementsAre(Field(&Mistaken::node, "a"), Field(&Mistaken::node, "b")));
}

TEST(Clones, KeysThatDifferAreNone) {
  EXPECT_THAT(find_clones(mesh_of({"a", "b"}), {{"a", pristine(1)}, {"b", pristine(2)}}),
              IsEmpty());
  EXPECT_THAT(find_clones(mesh_of({"a", "b"}), {{"a", pristine(1)}}), IsEmpty());
}

TEST(Strangers, HaveAPlanWithNobodyThatWeKnow) {
  const Mesh mesh = mesh_of({"shared", "web9"});
  const auto found =
      find_strangers(mesh, {{"shared", stored(1, "n0", {{"n1", 2}})}, {"web9", pristine(3)}});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].node, "shared");
  EXPECT_EQ(found[0].said.id, "mesh-of-another-file");
  EXPECT_THAT(found[0].said.text, HasSubstr("there it is n0, with n1, in 10.9.0.0/24"));
  EXPECT_THAT(found[0].said.cure, HasSubstr("another `name`"));
}

TEST(Strangers, OneNameMayBeInBothFilesByChance) {
  const Mesh mesh = mesh_of({"n0", "web9"});
  EXPECT_THAT(find_strangers(mesh, {{"n0", stored(1, "n0", {{"n1", 2}}, "10.77.0.0/24")},
                                    {"web9", pristine(3)}}),
              ElementsAre(Field(&Mistaken::node, "n0")));
  // Another machine that is called as the peer of the stored plan.
  EXPECT_THAT(find_strangers(mesh_of({"shared", "n1"}),
                             {{"shared", stored(1, "n0", {{"n1", 2}})}, {"n1", pristine(3)}}),
              ElementsAre(Field(&Mistaken::node, "shared")));
}

// What an edit of one's own file looks like.
TEST(Strangers, AnEditedFileIsNone) {
  const auto none = [](const Mesh& mesh, const Facts& facts) {
    return find_strangers(mesh, facts).empty();
  };
  // One node replaced by another, in a mesh of two.
  EXPECT_TRUE(
      none(mesh_of({"a", "new"}), {{"a", stored(1, "a", {{"b", 2}})}, {"new", pristine(3)}}));
  // All nodes renamed: the keys tell.
  EXPECT_TRUE(none(mesh_of({"x", "y"}),
                   {{"x", stored(1, "a", {{"b", 2}})}, {"y", stored(2, "b", {{"a", 1}})}}));
  // Another network for the same nodes, one of them installed anew.
  EXPECT_TRUE(none(mesh_of({"a", "b"}),
                   {{"a", stored(1, "a", {{"b", 2}}, "10.1.0.0/24")}, {"b", pristine(3)}}));
  // Renamed, while its peer cannot be asked.
  EXPECT_TRUE(none(mesh_of({"x", "b"}), {{"x", stored(1, "a", {{"b", 2}})}}));
  // Its peer is being removed.
  Mesh mesh = mesh_of({"x"});
  mesh.absent = mesh_of({"b"}).nodes;
  EXPECT_TRUE(none(mesh, {{"x", stored(1, "a", {{"b", 2}})}, {"b", stored(2, "b", {{"a", 1}})}}));
  EXPECT_TRUE(none(mesh_of({"a"}), {{"a", pristine(1)}}));
}

}  // namespace
}  // namespace wgmesh::identity_test
