#include "controller/mesh/tree.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "common/error.h"
#include "tests/support/seed.h"

namespace wgmesh::tree_test {
namespace {

using testing::ElementsAre;
using testing::Pair;

// The tree that a Prüfer sequence stands for: every labelled tree has one.
std::vector<LinkName> tree_of(const std::vector<std::string>& nodes,
                              const std::vector<std::size_t>& sequence) {
  std::vector<std::size_t> degree(nodes.size(), 1);
  for (const std::size_t i : sequence) { ++degree[i]; }
  std::vector<LinkName> links;
  const auto take_leaf = [&] {
    const auto leaf = std::ranges::find(degree, 1u);
    *leaf = 0;
    return static_cast<std::size_t>(leaf - degree.begin());
  };
  for (const std::size_t i : sequence) {
    links.push_back(link_between(nodes[take_leaf()], nodes[i]));
    --degree[i];
  }
  const std::size_t a = take_leaf();
  links.push_back(link_between(nodes[a], nodes[take_leaf()]));
  return links;
}

double least_of_all_trees(const std::vector<std::string>& nodes, const RoundTrips& round_trips) {
  double least = std::numeric_limits<double>::infinity();
  std::vector<std::size_t> sequence(nodes.size() - 2, 0);
  for (;;) {
    least = std::min(least, total_latency(nodes, tree_of(nodes, sequence), round_trips));
    std::size_t i = 0;
    while (i < sequence.size() && ++sequence[i] == nodes.size()) { sequence[i++] = 0; }
    if (i == sequence.size()) { return least; }
  }
}

std::vector<std::string> names(std::size_t count) {
  std::vector<std::string> nodes;
  for (std::size_t i = 0; i < count; ++i) { nodes.push_back(fmt::format("n{:02}", i)); }
  return nodes;
}

RoundTrips random_round_trips(const std::vector<std::string>& nodes, std::mt19937& random) {
  RoundTrips round_trips;
  for (const std::string& a : nodes) {
    for (const std::string& b : nodes) {
      if (a < b) { round_trips[{a, b}] = 1 + static_cast<double>(random() % 2000) / 10; }
    }
  }
  return round_trips;
}

TEST(Tree, GoesThroughTheNodeInTheMiddle) {
  const RoundTrips line{{{"a", "b"}, 10}, {{"b", "c"}, 10}, {{"a", "c"}, 90}};
  const Tree tree = choose_tree({"a", "b", "c"}, line);
  EXPECT_THAT(tree.links, ElementsAre(Pair("a", "b"), Pair("b", "c")));
  EXPECT_EQ(tree.root, "b");
  EXPECT_EQ(total_latency({"a", "b", "c"}, tree.links, line), 40);
}

TEST(Tree, TakesTheRootThatIsWished) {
  const RoundTrips line{{{"a", "b"}, 10}, {{"b", "c"}, 10}, {{"a", "c"}, 90}};
  const Tree tree = choose_tree({"a", "b", "c"}, line, "c");
  EXPECT_EQ(tree.root, "c");
  EXPECT_EQ(tree.backup_root, "b");
  EXPECT_THAT(tree.links, ElementsAre(Pair("a", "b"), Pair("b", "c")));
}

TEST(Tree, OfSixNodesIsNearlyTheBestThatThereIs) {
  std::mt19937 random(drawn_seed());
  const std::vector<std::string> nodes = names(6);
  double worst = 1;
  for (int i = 0; i < 50; ++i) {
    const RoundTrips round_trips = random_round_trips(nodes, random);
    const double ours = total_latency(nodes, choose_tree(nodes, round_trips).links, round_trips);
    worst = std::max(worst, ours / least_of_all_trees(nodes, round_trips));
  }
  EXPECT_LE(worst, 1.10);
}

TEST(Tree, IsNotMadeBetterByAnyOneLink) {
  std::mt19937 random(drawn_seed());
  for (const std::size_t count : {7u, 13u}) {
    const std::vector<std::string> nodes = names(count);
    const RoundTrips round_trips = random_round_trips(nodes, random);
    const std::vector<LinkName> links = choose_tree(nodes, round_trips).links;
    const double ours = total_latency(nodes, links, round_trips);
    for (std::size_t out = 0; out < links.size(); ++out) {
      std::vector<LinkName> other = links;
      for (const auto& [link, round_trip] : round_trips) {
        other[out] = link;
        EXPECT_GE(total_latency(nodes, other, round_trips), ours * (1 - 1e-9)) << count;
      }
    }
  }
}

TEST(Tree, OfManyNodesIsBetterThanTheBestStar) {
  std::mt19937 random(drawn_seed());
  const std::vector<std::string> nodes = names(80);
  const RoundTrips round_trips = random_round_trips(nodes, random);
  double least = std::numeric_limits<double>::infinity();
  for (const std::string& hub : nodes) {
    std::vector<LinkName> star;
    for (const std::string& node : nodes) {
      if (node != hub) { star.push_back(link_between(hub, node)); }
    }
    least = std::min(least, total_latency(nodes, star, round_trips));
  }
  EXPECT_LT(total_latency(nodes, choose_tree(nodes, round_trips).links, round_trips), least);
}

TEST(TotalLatency, IsInfiniteOfATreeThatDoesNotJoinAll) {
  const RoundTrips line{{{"a", "b"}, 10}, {{"b", "c"}, 10}};
  EXPECT_EQ(total_latency({"a", "b", "c"}, {{"a", "b"}}, line),
            std::numeric_limits<double>::infinity());
  EXPECT_EQ(total_latency({"a", "b", "c"}, {{"a", "b"}, {"a", "c"}}, line),
            std::numeric_limits<double>::infinity());
}

// While spanning tree moves, the nodes may tell of one.
TEST(TotalLatency, EndsWhereThereIsARing) {
  const RoundTrips round_trips{
      {{"a", "b"}, 10}, {{"a", "c"}, 10}, {{"b", "c"}, 10}, {{"c", "d"}, 10}};
  const std::vector<LinkName> ring{{"a", "b"}, {"b", "c"}, {"a", "c"}};
  EXPECT_EQ(total_latency({"a", "b", "c", "d"}, ring, round_trips),
            std::numeric_limits<double>::infinity());
  EXPECT_EQ(total_latency({"a", "b", "c"}, ring, round_trips), 40);
}

TEST(Tree, IsWhatSpanningTreeTakesWithItsCosts) {
  std::mt19937 random(drawn_seed());
  for (const std::size_t count : {2u, 3u, 6u, 12u, 40u}) {
    const std::vector<std::string> nodes = names(count);
    const RoundTrips round_trips = random_round_trips(nodes, random);
    const Tree tree = choose_tree(nodes, round_trips);
    const auto costs = path_costs_for(tree, round_trips);
    for (const std::string& root : {tree.root, tree.backup_root, nodes.front()}) {
      EXPECT_EQ(tree_by_costs(nodes, root, costs), tree.links) << count << " from " << root;
    }
  }
}

TEST(Tree, FallsBackToTheNearestLinkThatIsLeft) {
  const RoundTrips round_trips{{{"a", "b"}, 10}, {{"b", "c"}, 10}, {{"a", "c"}, 90},
                               {{"a", "d"}, 50}, {{"b", "d"}, 12}, {{"c", "d"}, 30}};
  const std::vector<std::string> nodes{"a", "b", "c", "d"};
  auto costs = path_costs_for(choose_tree(nodes, round_trips), round_trips);
  costs.erase({"b", "d"});
  EXPECT_THAT(tree_by_costs(nodes, "b", costs), testing::Contains(Pair("c", "d")));
}

TEST(Tree, OfIslandsIsNone) {
  try {
    choose_tree({"a", "b", "c"}, {{{"a", "b"}, 1}});
    FAIL() << "nothing joins c";
  } catch (const Error& error) { EXPECT_EQ(error.id(), "mesh-tree-parted"); }
  EXPECT_THAT(tree_by_costs({"a", "b", "c"}, "a", {{{"a", "b"}, 1}}), testing::IsEmpty());
}

TEST(Tree, OfOneNodeHasNoLinks) {
  const Tree tree = choose_tree({"a"}, {});
  EXPECT_EQ(tree.root, "a");
  EXPECT_EQ(tree.backup_root, "");
}

}  // namespace
}  // namespace wgmesh::tree_test
