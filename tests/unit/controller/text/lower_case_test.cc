#include "controller/text/lower_case.h"

#include <gtest/gtest.h>

namespace wgmesh {
namespace {

TEST(LowerCase, ChangesLettersOfAsciiAlone) {
  EXPECT_EQ(lower_case("HostName Z[@`{ 09_-"), "hostname z[@`{ 09_-");
  EXPECT_EQ(lower_case("GR\u00d6SSE"), "gr\u00d6sse");
  EXPECT_EQ(lower_case(""), "");
}

}  // namespace
}  // namespace wgmesh
