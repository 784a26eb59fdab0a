#include "controller/text/enumeration.h"

#include <gtest/gtest.h>

namespace wgmesh::enumeration_test {
namespace {

TEST(Enumeration, ReadsAsInASentence) {
  EXPECT_EQ(enumerated({}), "");
  EXPECT_EQ(enumerated({"a"}), "a");
  EXPECT_EQ(enumerated({"a", "b"}), "a and b");
  EXPECT_EQ(enumerated({"a", "b", "c"}), "a, b and c");
}

TEST(Enumeration, CountsWhatIsPastEight) {
  const std::vector<std::string> ten{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
  EXPECT_EQ(enumerated(ten), "a, b, c, d, e, f, g, h and 2 more");
}

}  // namespace
}  // namespace wgmesh::enumeration_test
