// Whole pictures are golden files in tests/data/golden/graph. Run with WGMESH_UPDATE_GOLDENS=1 to
// rewrite them, and read what git shows then.
#include "controller/show/render_dot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/support/controller/graph_pictures.h"

namespace wgmesh::render_dot_test {
namespace {

using testing::HasSubstr;
using testing::Not;

void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(WGMESH_TEST_DATA) + "/golden/graph/" + name;
  if (std::getenv("WGMESH_UPDATE_GOLDENS") != nullptr) {
    std::ofstream(path) << text;
    return;
  }
  std::ostringstream golden;
  golden << std::ifstream(path).rdbuf();
  EXPECT_EQ(text, golden.str()) << path;
}

GraphPicture offline(GraphPicture picture) {
  picture.read_at.reset();
  for (GraphNode& node : picture.nodes) {
    node.state = DrawnState::kNotAsked;
    node.mtu.reset();
  }
  for (GraphLink& link : picture.links) { link = {link.a, link.b, LinkState::kUnknown, {}}; }
  return picture;
}

TEST(RenderDot, DrawsEverything) {
  expect_golden("everything.dot", render_dot(picture_of_everything()));
}

TEST(RenderDot, DrawsTheMeshFile) {
  expect_golden("offline.dot", render_dot(offline(picture_of_full_mesh(3))));
}

TEST(RenderDot, QuotesWhateverNamesAre) {
  GraphPicture picture = picture_of_everything();
  picture.nodes[0].name = "a\"];evil[\\\n&lt;";
  EXPECT_THAT(render_dot(picture), HasSubstr(R"("a\"];evil[\\\\x0a&amp;lt;" [label="a\"];)"));
  EXPECT_THAT(render_dot(picture), Not(HasSubstr("a\"]")));
}

}  // namespace
}  // namespace wgmesh::render_dot_test
