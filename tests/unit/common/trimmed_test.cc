#include "common/trimmed.h"

#include <gtest/gtest.h>

namespace wgmesh::trimmed_test {
namespace {

TEST(Trimmed, LosesBlanksAtBothEndsAndKeepsThoseWithin) {
  EXPECT_EQ(trimmed(" \ta b\v\f\r"), "a b");
  EXPECT_EQ(trimmed("a"), "a");
  EXPECT_EQ(trimmed(" \t "), "");
  EXPECT_EQ(trimmed(""), "");
}

}  // namespace
}  // namespace wgmesh::trimmed_test
