#include "controller/init/draft.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/text/shell_words.h"
#include "tests/support/controller/finished_draft.h"

namespace wgmesh::draft_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(DraftNames, KeepWhatANodeMayBeCalled) {
  EXPECT_EQ(as_node_name("web1.example.com"), "web1.example.com");
  EXPECT_EQ(as_node_name("new york  2"), "new-york-2");
  EXPECT_EQ(as_node_name("2001:db8::1"), "2001-db8-1");
  EXPECT_EQ(as_node_name("_x_"), "x");
  EXPECT_EQ(as_node_name("größe"), "gr-e");
  EXPECT_EQ(as_node_name(std::string(80, 'a')).size(), 63U);
  EXPECT_EQ(as_node_name("::"), "");
}

TEST(DraftNames, KeepWhatAMeshMayBeCalled) {
  EXPECT_EQ(as_mesh_name("leaf-spine-two"), "leaf-spine-t");
  EXPECT_EQ(as_mesh_name("lab.1"), "lab-1");
  EXPECT_EQ(as_mesh_name("bin"), "bin-mesh");
  EXPECT_EQ(as_mesh_name("…"), "");
}

TEST(AddNode, GivesEachANameOfItsOwn) {
  Draft draft;
  EXPECT_TRUE(add_node(draft, node_at("a b", "h1")));
  EXPECT_TRUE(add_node(draft, node_at("a-b", "h2")));
  EXPECT_TRUE(add_node(draft, node_at("a+b", "h3")));
  EXPECT_TRUE(add_node(draft, node_at("::", "h4")));
  EXPECT_EQ(draft.nodes[0].name, "a-b");
  EXPECT_EQ(draft.nodes[1].name, "a-b-2");
  EXPECT_EQ(draft.nodes[2].name, "a-b-3");
  EXPECT_EQ(draft.nodes[3].name, "node");
  EXPECT_THAT(draft.nodes[1].notes, ElementsAre("It was called \"a-b\"."));
  EXPECT_EQ(unused_name(draft, "c"), "c");
}

TEST(AddNode, CutsALongNameForItsNumber) {
  Draft draft;
  const std::string name(63, 'x');
  add_node(draft, node_at(name, "h1"));
  add_node(draft, node_at(name, "h2"));
  EXPECT_EQ(draft.nodes[1].name, std::string(61, 'x') + "-2");
}

TEST(AddNode, TakesAMachineOnce) {
  Draft draft;
  EXPECT_TRUE(add_node(draft, node_at("a", "ops@h1")));
  EXPECT_FALSE(add_node(draft, node_at("b", "h1")));
  EXPECT_TRUE(add_node(draft, node_at("c", "h1:2222")));
  DraftNode container;
  container.name = "d";
  container.target = ExecTarget{split_words("docker exec -i x"), "docker exec -i x"};
  EXPECT_TRUE(add_node(draft, container));
  EXPECT_FALSE(add_node(draft, container));
  EXPECT_EQ(draft.nodes.size(), 3U);
  EXPECT_THAT(draft.notes, ElementsAre("b is left out: it is the machine of a.",
                                       "d is left out: it is the machine of d."));
}

TEST(AddNode, SaysNothingOfANameThatIsStillOpen) {
  Draft draft;
  DraftNode node = node_at("2001:db8::1", "2001:db8::1");
  node.name_is_open = true;
  add_node(draft, node);
  EXPECT_EQ(draft.nodes[0].name, "2001-db8-1");
  EXPECT_THAT(draft.nodes[0].notes, IsEmpty());
}

}  // namespace
}  // namespace wgmesh::draft_test
