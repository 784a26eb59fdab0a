#include "controller/mesh/preshared_keys.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "tests/support/controller/named_mesh.h"

namespace wgmesh::preshared_keys_test {
namespace {

using testing::ElementsAre;
using testing::Pair;

// Of n0, n1 and so on.
Mesh mesh_of(int count) {
  Mesh mesh = mesh_named({});
  for (int i = 0; i < count; ++i) {
    Node node;
    node.name = fmt::format("n{}", i);
    node.endpoint = HostPort{node.name, 51820};
    mesh.nodes.push_back(node);
  }
  return mesh;
}

TEST(PresharedKeysToMake, OneEndMakesWhatIsMissingOrDiffers) {
  const Mesh mesh = mesh_named({"a", "b", "c"});
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
              ElementsAre(Pair("b", ElementsAre("c")), Pair("c", ElementsAre("a"))));
  EXPECT_THAT(preshared_keys_to_make(mesh, {{"a", holding({{"b", "1"}, {"c", "2"}})},
                                            {"b", holding({{"a", "other"}, {"c", "3"}})},
                                            {"c", holding({{"a", "2"}, {"b", "3"}})}}),
              ElementsAre(Pair("a", ElementsAre("b"))));
}

TEST(PresharedKeysToMake, ANodeThatNamesAPeerTwiceIsTakenAtItsFirstWord) {
  const Mesh mesh = mesh_named({"a", "b"});
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
  const Mesh mesh = mesh_of(kNodes);
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
  EXPECT_THAT(preshared_keys_to_make(mesh, facts), ElementsAre(Pair("n97", ElementsAre("n11"))));
}

// All nodes wait for the one that makes most.
TEST(PresharedKeysToMake, EachNodeMakesAboutHalfOfItsPairs) {
  constexpr std::size_t kNodes = 31;
  const Mesh mesh = mesh_of(kNodes);
  Facts facts;
  for (const Node& node : mesh.nodes) { facts[node.name]; }
  std::set<std::set<std::string>> pairs;
  for (const auto& [maker, peers] : preshared_keys_to_make(mesh, facts)) {
    EXPECT_THAT(peers.size(), testing::AllOf(testing::Ge(14u), testing::Le(16u))) << maker;
    for (const std::string& peer : peers) {
      EXPECT_TRUE(pairs.insert({maker, peer}).second) << maker << ' ' << peer;
    }
  }
  EXPECT_EQ(pairs.size(), kNodes * (kNodes - 1) / 2);
}

TEST(PresharedKeysToMake, OfARotatedNodeAllPairsAreNew) {
  const Mesh mesh = mesh_named({"a", "b", "c", "d"});
  Facts facts;
  const std::vector<std::string> names{"a", "b", "c", "d"};
  for (const std::string& node : names) {
    for (const std::string& peer : names) {
      proto::PresharedProof& held = *facts[node].add_preshared();
      held.set_node(peer);
      held.set_proof("same");
    }
  }
  EXPECT_THAT(preshared_keys_to_make(mesh, facts, {"a"}),
              ElementsAre(Pair("a", ElementsAre("b", "d")), Pair("c", ElementsAre("a"))));
}

TEST(PresharedKeysToMake, NoneAreForPairsOfANodeThatWasNotAsked) {
  EXPECT_THAT(preshared_keys_to_make(mesh_named({"a", "b", "c"}), {{"a", {}}, {"c", {}}}),
              ElementsAre(Pair("c", ElementsAre("a"))));
}

}  // namespace
}  // namespace wgmesh::preshared_keys_test
