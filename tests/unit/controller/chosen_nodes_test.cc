#include "controller/chosen_nodes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgmesh::chosen_nodes_test {
namespace {

using ::testing::ElementsAre;

Mesh mesh_of_three() {
  Mesh mesh;
  mesh.name = "m";
  for (const char* name : {"north", "south"}) { mesh.nodes.emplace_back().name = name; }
  mesh.absent.emplace_back().name = "gone";
  return mesh;
}

CommandLine line_of(Verb verb, std::vector<std::string> nodes) {
  CommandLine line;
  line.verb = verb;
  line.nodes = std::move(nodes);
  return line;
}

std::vector<std::string> chosen(Verb verb, std::vector<std::string> names) {
  const Mesh mesh = mesh_of_three();
  std::vector<std::string> chosen;
  for (const Node* node : chosen_nodes(mesh, line_of(verb, std::move(names)))) {
    chosen.push_back(node->name);
  }
  return chosen;
}

TEST(ChosenNodes, AbsentOnesOnlyWhereSomethingChanges) {
  EXPECT_THAT(chosen(Verb::kInfo, {}), ElementsAre("north", "south"));
  EXPECT_THAT(chosen(Verb::kUp, {}), ElementsAre("north", "south", "gone"));
  EXPECT_THAT(chosen(Verb::kDown, {"gone", "north"}), ElementsAre("north", "gone"));
}

TEST(ChosenNodes, AllTakePartInARotation) {
  EXPECT_THAT(chosen(Verb::kRotate, {"north"}), ElementsAre("north", "south", "gone"));
}

TEST(ChosenNodes, OneThatIsMeasuredComesWithItsPeers) {
  Mesh mesh = mesh_of_three();
  mesh.nodes.emplace_back().name = "east";
  for (Node& node : mesh.nodes) { node.endpoint = HostPort{node.name, 51820}; }
  mesh.full = false;
  mesh.nodes[0].peers = {"east"};
  const auto names = [&](std::vector<std::string> named) {
    std::vector<std::string> chosen;
    for (const Node* node : chosen_nodes(mesh, line_of(Verb::kBench, std::move(named)))) {
      chosen.push_back(node->name);
    }
    return chosen;
  };
  EXPECT_THAT(names({"north"}), ElementsAre("north", "east"));
  EXPECT_THAT(names({"north", "north"}), ElementsAre("north", "east"));
  EXPECT_THAT(names({"south", "north"}), ElementsAre("north", "south"));
  EXPECT_THAT(names({}), ElementsAre("north", "south", "east"));
}

TEST(FindUnknownNode, NamesTheFirstWithTheNearest) {
  const Mesh mesh = mesh_of_three();
  EXPECT_EQ(find_unknown_node(mesh, line_of(Verb::kDown, {"north", "gone"})), std::nullopt);
  EXPECT_EQ(find_unknown_node(mesh, line_of(Verb::kInfo, {"north", "nroth", "x"})),
            (Said{"node-unknown", "mesh m has no node 'nroth'", "did you mean 'north'?"}));
  EXPECT_EQ(find_unknown_node(mesh, line_of(Verb::kInfo, {"gone"}))->cure,
            "its nodes are north, south");
}

}  // namespace
}  // namespace wgmesh::chosen_nodes_test
