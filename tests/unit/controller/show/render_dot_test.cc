// Whole pictures are golden files.
#include "controller/show/render_dot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/controller/graph_pictures.h"
#include "tests/support/golden.h"

namespace wgmesh::render_dot_test {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kGoldens = std::string(WGMESH_TEST_DATA) + "/golden/graph/";

TEST(RenderDot, DrawsEverything) {
  expect_golden(kGoldens + "everything.dot", render_dot(picture_of_everything()));
}

TEST(RenderDot, DrawsTheMeshFile) {
  expect_golden(kGoldens + "offline.dot", render_dot(offline(picture_of_full_mesh(3))));
}

TEST(RenderDot, QuotesWhateverNamesAre) {
  GraphPicture picture = picture_of_everything();
  picture.nodes[0].name = "a\"];evil[\\\n&lt;";
  EXPECT_THAT(render_dot(picture), HasSubstr(R"("a\"];evil[\\\\x0a&amp;lt;" [label="a\"];)"));
  EXPECT_THAT(render_dot(picture), Not(HasSubstr("a\"]")));
}

}  // namespace
}  // namespace wgmesh::render_dot_test
