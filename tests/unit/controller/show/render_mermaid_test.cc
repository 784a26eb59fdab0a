// Whole pictures are golden files.
#include "controller/show/render_mermaid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/support/controller/graph_pictures.h"
#include "tests/support/golden.h"

namespace wgmesh::render_mermaid_test {
namespace {

using testing::HasSubstr;

const std::string kGoldens = std::string(WGMESH_TEST_DATA) + "/golden/graph/";

TEST(RenderMermaid, DrawsEverything) {
  expect_golden(kGoldens + "everything.mmd", render_mermaid(picture_of_everything()));
}

TEST(RenderMermaid, DrawsTheMeshFile) {
  expect_golden(kGoldens + "offline.mmd", render_mermaid(offline(picture_of_full_mesh(3))));
}

TEST(RenderMermaid, QuotesWhateverNamesAre) {
  GraphPicture picture = picture_of_everything();
  picture.mesh = "x\"\n---";
  picture.nodes[0].name = "a\"]<b>`#quot;";
  const std::string text = render_mermaid(picture);
  EXPECT_THAT(text, HasSubstr("n0[\"a#34;#93;#60;b#62;#96;#35;quot#59; (root)\"]:::up\n"));
  EXPECT_THAT(text, HasSubstr(R"(title: "mesh x\"\\x0a---: network)"));
}

TEST(RenderMermaid, LeavesOutWhatMermaidWouldRefuse) {
  const std::string text = render_mermaid(picture_of_full_mesh(40));
  EXPECT_THAT(text, HasSubstr("280 of 780 links are left out"));
  std::istringstream lines(text);
  std::size_t thick = 0;
  std::size_t dashed = 0;
  for (std::string line; std::getline(lines, line);) {
    thick += line.find(" ===") == std::string::npos ? 0 : 1;
    dashed += line.find(" -.-") == std::string::npos ? 0 : 1;
  }
  EXPECT_EQ(thick, 39U) << "the tree is whole";
  EXPECT_EQ(thick + dashed, kMostMermaidLinks);
}

}  // namespace
}  // namespace wgmesh::render_mermaid_test
