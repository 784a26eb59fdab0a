#include "agent/status/check_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "tests/support/agent/example_inspection.h"

namespace wgmesh::check_line_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Checked checked(const Inspection& inspection, const CheckLimits& limits = {}) {
  return check({&inspection, 1}, limits, kInspected);
}

// The age of a peer's handshake, in seconds.
void set_age(Inspection& inspection, int peer, std::int64_t seconds) {
  inspection.status.mutable_device()->mutable_peers(peer)->set_latest_handshake(kInspected -
                                                                                seconds);
}

void set_never(Inspection& inspection, int peer) { set_age(inspection, peer, kInspected); }

void take_interfaces(Inspection& inspection) {
  inspection.status.clear_device();
  inspection.status.clear_bridge();
  inspection.status.clear_ports();
  inspection.status.set_is_up(false);
  inspection.is_device_up = false;
  inspection.is_bridge_up = false;
}

void expect_says(const Inspection& inspection, Health health, const std::string& text,
                 const CheckLimits& limits = {}) {
  const Checked result = checked(inspection, limits);
  EXPECT_EQ(result.health, health) << result.line;
  EXPECT_EQ(result.line.substr(0, result.line.find('|')), text);
}

TEST(CheckLine, EverythingIsFine) {
  const Checked result = checked(example_inspection());
  EXPECT_EQ(result.health, Health::kOk);
  EXPECT_EQ(result.line,
            "WGMESH OK - test: up, 3 of 3 peers"
            "|test_peers_missing=0;0;2;0;3 test_oldest_handshake=30s;300;;0 test_drift=0;0;;0");
}

TEST(CheckLine, APeerWithoutHandshakeIsAWarning) {
  Inspection inspection = example_inspection();
  set_never(inspection, 1);
  expect_says(inspection, Health::kWarning,
              "WGMESH WARNING - test: up, 1 of 3 peers missing: mesh2 (no handshake)");
}

TEST(CheckLine, APeerThatIsSilentForTooLongIsAWarning) {
  Inspection inspection = example_inspection();
  set_age(inspection, 0, 300);
  EXPECT_EQ(checked(inspection).health, Health::kOk);
  set_age(inspection, 0, 301);
  expect_says(
      inspection, Health::kWarning,
      "WGMESH WARNING - test: up, 1 of 3 peers missing: mesh1 (silent for 5 minutes, 1 second)");
  EXPECT_EQ(checked(inspection, {.handshake_age = 301}).health, Health::kOk);
}

TEST(CheckLine, AHandshakeOfTheFutureIsNone) {
  Inspection inspection = example_inspection();
  set_age(inspection, 0, -1);
  expect_says(inspection, Health::kWarning,
              "WGMESH WARNING - test: up, 1 of 3 peers missing: mesh1 (handshake in the future)");
}

TEST(CheckLine, APeerThatTheKernelDoesNotHaveIsMissing) {
  Inspection inspection = example_inspection();
  inspection.status.mutable_device()->mutable_peers()->DeleteSubrange(0, 1);
  expect_says(inspection, Health::kWarning,
              "WGMESH WARNING - test: up, 1 of 3 peers missing: mesh1 (no handshake)");
}

TEST(CheckLine, WithoutAnyPeerItIsCritical) {
  Inspection inspection = example_inspection();
  for (int peer = 0; peer < 3; ++peer) { set_never(inspection, peer); }
  const Checked result = checked(inspection);
  EXPECT_EQ(result.health, Health::kCritical);
  EXPECT_THAT(result.line, StartsWith("WGMESH CRITICAL - test: up, 3 of 3 peers missing: mesh1 "));
  EXPECT_THAT(result.line, Not(HasSubstr("oldest_handshake")));
}

TEST(CheckLine, LimitsSayHowManyMayBeMissing) {
  Inspection inspection = example_inspection();
  set_never(inspection, 0);
  expect_says(inspection, Health::kOk,
              "WGMESH OK - test: up, 1 of 3 peers missing: mesh1 (no handshake)", {.warning = 1});
  EXPECT_EQ(checked(inspection, {.critical = 0}).health, Health::kCritical);
  EXPECT_EQ(checked(inspection, {.critical = 1}).health, Health::kWarning);
  EXPECT_THAT(checked(inspection, {.warning = 1, .critical = 2}).line,
              HasSubstr("|test_peers_missing=1;1;2;0;3 "));
  for (int peer = 0; peer < 3; ++peer) { set_never(inspection, peer); }
  EXPECT_EQ(checked(inspection, {.warning = 3, .critical = 3}).health, Health::kOk);
}

TEST(CheckLine, ANodeWithoutPeersMissesNone) {
  Inspection inspection = example_inspection();
  inspection.plan->clear_peers();
  inspection.status.mutable_device()->clear_peers();
  const Checked result = checked(inspection);
  EXPECT_EQ(result.line,
            "WGMESH OK - test: up, 0 of 0 peers|test_peers_missing=0;0;;0;0 test_drift=0;0;;0");
}

TEST(CheckLine, ALongListIsCut) {
  Inspection inspection = example_inspection();
  inspection.plan->clear_peers();
  for (int number = 1; number <= 8; ++number) {
    inspection.plan->add_peers()->set_node("n" + std::to_string(number));
  }
  EXPECT_THAT(checked(inspection).line,
              HasSubstr("8 of 8 peers missing: n1 (no handshake), n2 (no handshake), n3 (no "
                        "handshake), n4 (no handshake), n5 (no handshake), 3 more|"));
}

TEST(CheckLine, AnInterfaceThatIsMissingOrDownIsCritical) {
  Inspection inspection = example_inspection();
  inspection.status.set_is_up(false);
  inspection.is_bridge_up = false;
  expect_says(inspection, Health::kCritical, "WGMESH CRITICAL - test: br-test is down");
  take_interfaces(inspection);
  inspection.drift.operations.emplace(19);
  expect_says(inspection, Health::kCritical,
              "WGMESH CRITICAL - test: wg-test is missing, br-test is missing, 19 changes away "
              "from what is stored");
}

TEST(CheckLine, DownOnPurposeIsFine) {
  Inspection inspection = example_inspection();
  take_interfaces(inspection);
  inspection.status.set_taken_down(true);
  expect_says(inspection, Health::kOk, "WGMESH OK - test: down on purpose (mesh down)");
}

TEST(CheckLine, DownOnPurposeWithInterfacesIsAWarning) {
  Inspection inspection = example_inspection();
  inspection.status.set_taken_down(true);
  inspection.drift.operations.emplace(1);
  expect_says(inspection, Health::kWarning,
              "WGMESH WARNING - test: down on purpose (mesh down), 1 change away from what is "
              "stored");
}

TEST(CheckLine, DriftIsAWarning) {
  Inspection inspection = example_inspection();
  inspection.drift.operations.emplace(2);
  expect_says(inspection, Health::kWarning,
              "WGMESH WARNING - test: up, 3 of 3 peers, 2 changes away from what is stored");
  inspection.drift = {{}, Said{"interface-name-taken", "the interface gt-x exists", ""}};
  expect_says(inspection, Health::kWarning,
              "WGMESH WARNING - test: up, 3 of 3 peers, the interface gt-x exists");
}

TEST(CheckLine, AChangeThatIsUnderWayIsNoDrift) {
  Inspection inspection = example_inspection();
  inspection.drift.operations.emplace(2);
  inspection.open_change = OpenChange::kUnderWay;
  expect_says(inspection, Health::kOk, "WGMESH OK - test: up, 3 of 3 peers, a change is under way");
}

TEST(CheckLine, AChangeThatStaysOpenIsAWarning) {
  Inspection inspection = example_inspection();
  inspection.open_change = OpenChange::kStays;
  expect_says(inspection, Health::kWarning,
              "WGMESH WARNING - test: up, 3 of 3 peers, an interrupted change stays open");
  inspection.open_change_fault = Said{"change-stays-open", "it stays open: busy", ""};
  expect_says(inspection, Health::kWarning,
              "WGMESH WARNING - test: up, 3 of 3 peers, it stays open: busy");
}

TEST(CheckLine, AFaultOfTheFilesIsAWarningWhileThePlanIsReadable) {
  Inspection inspection = example_inspection();
  inspection.status.add_warnings("endpoints: is cut off");
  expect_says(inspection, Health::kWarning,
              "WGMESH WARNING - test: up, 3 of 3 peers, endpoints: is cut off");
}

TEST(CheckLine, WithoutAReadablePlanNothingIsKnown) {
  Inspection inspection = example_inspection();
  inspection.plan.reset();
  expect_says(inspection, Health::kUnknown, "WGMESH UNKNOWN - test: no plan is stored");
  inspection.status.add_warnings("plan: has no header line");
  expect_says(inspection, Health::kUnknown, "WGMESH UNKNOWN - test: plan: has no header line");
}

TEST(CheckLine, WithoutAMeshNothingIsKnown) {
  const Checked result = check({}, {}, kInspected);
  EXPECT_EQ(result.health, Health::kUnknown);
  EXPECT_EQ(result.line, "WGMESH UNKNOWN - no mesh is stored on this node");
}

TEST(CheckLine, TheWorstMeshComesFirst) {
  Inspection warns = example_inspection_of("warns");
  warns.drift.operations.emplace(1);
  Inspection is_down = example_inspection_of("fails");
  take_interfaces(is_down);
  Inspection is_lost = example_inspection_of("lost");
  is_lost.plan.reset();
  const std::vector<Inspection> all{example_inspection_of("fine"), is_lost, warns, is_down};
  const Checked result = check(all, {}, kInspected);
  EXPECT_EQ(result.health, Health::kCritical);
  EXPECT_THAT(result.line,
              ::testing::MatchesRegex("WGMESH CRITICAL - fails: .*; warns: .*; lost: .*; fine: "
                                      ".*[|]fails_peers_.* warns_peers_.* fine_peers_.*"));
  EXPECT_EQ(check({all.data(), 3}, {}, kInspected).health, Health::kWarning);
  EXPECT_EQ(check({all.data(), 2}, {}, kInspected).health, Health::kUnknown);
}

TEST(CheckLine, IsOneLineWithOneBar) {
  Inspection inspection = example_inspection();
  inspection.status.add_warnings("a|b\nc");
  const std::string line = checked(inspection).line;
  EXPECT_THAT(line, HasSubstr("a/b c|test_"));
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(unknown("x|y\nz").line, "WGMESH UNKNOWN - x/y z");
}

}  // namespace
}  // namespace wgmesh::check_line_test
