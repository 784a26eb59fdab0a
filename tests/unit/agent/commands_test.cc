// `wgmesh-agent status` and `down` where something is wrong.
#include "agent/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>

#include "agent/change/refused.h"
#include "agent/store/atomic_file.h"
#include "agent/store/journal.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::commands_test {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

TEST(Locate, WantsTheSocketOfSystemd) {
  const TestNode node;
  ::unsetenv("LISTEN_PID");
  try {
    run_locate(node.this_node, "test");
    ADD_FAILURE() << "it found a socket";
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "locate-without-socket");
    EXPECT_THAT(error.cure(), HasSubstr("systemctl start wgmesh-locate@test.socket"));
  }
}

TEST(Status, WarnsOfWhatIsStoredWithTheIdentifiers) {
  TestNode node;
  bring_up(node, plan_with_addresses());
  write_file(node.store().folder("test") + "/plan", "nonsense");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_status(node.this_node, {}, StatusForm::kWgJson), 0);
  const std::string out = testing::internal::GetCapturedStdout();
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("test/plan: has no header line\n"));
  EXPECT_THAT(out, HasSubstr("test/plan: has no header line\"\n      ],\n      \"warning_ids\": [\n"
                             "        \"store-file-damaged\"\n"));
}

// What `fault` does to a node that is up, as `status` tells it.
std::string told_after(const std::function<void(TestNode&)>& fault, StatusForm form) {
  TestNode node;
  bring_up(node, plan_with_addresses());
  fault(node);
  testing::internal::CaptureStdout();
  EXPECT_EQ(run_status(node.this_node, {}, form), 0);
  return testing::internal::GetCapturedStdout();
}

TEST(Status, TellsWhatWasChangedByHand) {
  const auto change = [](TestNode& node) { node.kernel.interfaces().at("br-test").mtu = 1280; };
  EXPECT_THAT(told_after(change, StatusForm::kText),
              AllOf(HasSubstr("mesh: test (changed by hand)\n"),
                    HasSubstr("  not as stored; `wgmesh-agent restore` would do this:\n"
                              "    ip link set br-test mtu ")));
  EXPECT_THAT(told_after(change, StatusForm::kDocument),
              AllOf(HasSubstr("\"state\": \"changed_by_hand\""),
                    HasSubstr("\"drift\": [\n        \"ip link set br-test mtu ")));
}

TEST(Status, CutsAListOfManyChanges) {
  const std::string text = told_after(
      [](TestNode& node) {
        for (auto& [name, interface] : node.kernel.interfaces()) {
          interface.mtu = 1000;
          interface.group = 7;
          interface.bridge.ageing = 77;
          interface.isolated = true;
          interface.path_cost = 9;
          interface.generates_link_local = !interface.generates_link_local;
        }
      },
      StatusForm::kText);
  EXPECT_THAT(text, ContainsRegex("\n    and [0-9]+ more\n"));
}

TEST(Status, TellsWhatIsInTheWayOfWhatIsStored) {
  const auto fault = [](TestNode& node) {
    node.kernel.interfaces().clear();
    node.kernel.put(FakeInterface{.name = "br-test"});
  };
  EXPECT_THAT(told_after(fault, StatusForm::kText),
              HasSubstr("  cannot become what is stored: the interface br-test exists"));
  EXPECT_THAT(told_after(fault, StatusForm::kDocument),
              AllOf(HasSubstr("\"drift\": null"), HasSubstr("\"id\": \"interface-name-taken\"")));
}

TEST(Status, ReadsTheKernelOnceInEveryForm) {
  TestNode node;
  bring_up(node, plan_with_addresses());
  const auto reads_of = [&](const std::function<void()>& look) {
    const int before = node.kernel.reads;
    testing::internal::CaptureStdout();
    look();
    EXPECT_NE(testing::internal::GetCapturedStdout(), "");
    return node.kernel.reads - before;
  };
  for (const StatusForm form : {StatusForm::kText, StatusForm::kDocument, StatusForm::kWgJson}) {
    EXPECT_EQ(reads_of([&] { run_status(node.this_node, {}, form); }), 1);
  }
  EXPECT_EQ(reads_of([&] { run_check(node.this_node, {}, {}); }), 1);
  EXPECT_EQ(reads_of([&] { run_metrics(node.this_node, {}, {}); }), 1);
}

TEST(Status, ShowsAMeshOfWhichAChangeStaysOpen) {
  TestNode node;
  bring_up(node, plan_with_addresses());
  Journal(node.store(), "test").begin({{}, {}, {}, "root@gone", "another boot"});
  node.this_node.paths.run += "/no-folder";
  write_file(node.this_node.paths.run, "");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_status(node.this_node, {}, StatusForm::kText), 0);
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
