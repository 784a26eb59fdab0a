// `wgmesh-agent status` and `down` where something is wrong.
#include "agent/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/change/refused.h"
#include "agent/store/atomic_file.h"
#include "agent/store/journal.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::commands_test {
namespace {

using ::testing::HasSubstr;

TEST(Status, WarnsOfWhatIsStoredWithTheIdentifiers) {
  TestNode node;
  bring_up(node, plan_with_addresses());
  write_file(node.store().folder("test") + "/plan", "nonsense");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_status(node.this_node, {}, true), 0);
  const std::string out = testing::internal::GetCapturedStdout();
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("test/plan: has no header line\n"));
  EXPECT_THAT(out, HasSubstr("test/plan: has no header line\"\n      ],\n      \"warning_ids\": [\n"
                             "        \"store-file-damaged\"\n"));
}

TEST(Status, ShowsAMeshOfWhichAChangeStaysOpen) {
  TestNode node;
  bring_up(node, plan_with_addresses());
  Journal(node.store(), "test").begin({{}, {}, {}, "root@gone", "another boot"});
  node.this_node.paths.run += "/no-folder";
  write_file(node.this_node.paths.run, "");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_status(node.this_node, {}, false), 0);
  EXPECT_THAT(testing::internal::GetCapturedStdout(), HasSubstr("mesh: test (up)"));
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("test: an interrupted change stays open: "));
}

TEST(Down, RefusesWhatIsNoMeshesName) {
  const TestNode node;
  try {
    run_down(node.this_node, "../etc", true);
    FAIL() << "it was taken";
  } catch (const Refused& error) {
    EXPECT_EQ(error.message(), "../etc is not the name of a mesh");
    EXPECT_EQ(error.id(), "mesh-name-invalid");
  }
}

}  // namespace
}  // namespace wgmesh::commands_test
