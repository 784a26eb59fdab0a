#include "controller/await_forwarding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace wgmesh::await_forwarding_test {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::StartsWith;

using namespace std::chrono_literals;

TEST(PauseAfter, IsAFifthOfASecondWhereNodesAnswerFast) {
  EXPECT_EQ(pause_after(0ms), 200ms);
  EXPECT_EQ(pause_after(200ms), 200ms);
}

TEST(PauseAfter, IsAsLongAsASlowLook) { EXPECT_EQ(pause_after(7s), 7s); }

TEST(WarningsOf, OneForEachThatIsMissing) {
  Missing missing;
  missing.handshakes = {{"a", "b"}};
  missing.tree = {"a-c does not forward"};
  const std::vector<Said> warnings = warnings_of(missing);
  EXPECT_THAT(warnings, ElementsAre(Field(&Said::id, "link-no-handshake"),
                                    Field(&Said::id, "spanning-tree-unsettled")));
  EXPECT_THAT(warnings.at(0).text, StartsWith("a-b: no handshake: the UDP packets of this link"));
  EXPECT_EQ(warnings.at(1).text, "spanning tree has not settled: a-c does not forward");
}

TEST(WarningOfLost, KeepsTheReason) {
  NodeFailure failure;
  failure.message = "timed out";
  const Said warning = warning_of_lost(failure);
  EXPECT_EQ(warning.text, "stands as planned, but can no longer be asked: timed out");
  EXPECT_EQ(warning.id, "node-lost-after-change");
}

}  // namespace
}  // namespace wgmesh::await_forwarding_test
