#include "controller/find_links.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgmesh::find_links_test {
namespace {

TEST(FindLinks, AChangeThatWasNotDoneIsAWarningWithItsReason) {
  TransactionResult result;
  result.interrupted = true;
  const Said said = warning_of_unlearned(result);
  EXPECT_EQ(said.id, "mesh-links-not-learned");
  EXPECT_THAT(said.text, testing::HasSubstr("were not made: interrupted; what was there before"));
}

}  // namespace
}  // namespace wgmesh::find_links_test
