#include "controller/confirm.h"

#include <sstream>

#include <gtest/gtest.h>

namespace wgmesh::confirm_test {
namespace {

bool answered(const std::string& answer) {
  std::istringstream in(answer);
  std::ostringstream out;
  const bool yes = confirm(in, out, "Change 3 nodes?");
  EXPECT_EQ(out.str(), "Change 3 nodes? [y/N] ");
  return yes;
}

TEST(Confirm, OnlyYesIsYes) {
  EXPECT_TRUE(answered("y\n"));
  EXPECT_TRUE(answered("YES\n"));
  EXPECT_FALSE(answered("\n"));
  EXPECT_FALSE(answered("n\n"));
  EXPECT_FALSE(answered("yup\n"));
  EXPECT_FALSE(answered(""));
}

}  // namespace
}  // namespace wgmesh::confirm_test
