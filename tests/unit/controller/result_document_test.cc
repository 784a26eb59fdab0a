#include "controller/result_document.h"

#include <gtest/gtest.h>

#include <set>

#include "controller/exit_code.h"

namespace wgmesh::result_document_test {
namespace {

using Json = nlohmann::ordered_json;

Mesh mesh_of(const std::vector<std::string>& names) {
  Mesh mesh;
  mesh.name = "test";
  for (const std::string& name : names) { mesh.nodes.emplace_back().name = name; }
  return mesh;
}

proto::Changes one_change() {
  proto::Changes changes;
  changes.add_changes()->set_text("ip link add br-test type bridge");
  return changes;
}

Json rendered(const ResultDocument& document, std::string_view command, int exit_code,
              const Told& told = {}) {
  return Json::parse(document.render(command, exit_code, told));
}

TEST(ResultDocument, TellsWhatBecameOfEachNodeInTheOrderOfTheFile) {
  TransactionResult result;
  result.nodes["z"].outcome = Outcome::kApplied;
  result.nodes["z"].changes = one_change();
  result.nodes["z"].generation = 3;
  result.nodes["a"].skipped = true;
  result.nodes["a"].failure = {
      .kind = NodeFailure::Kind::kUnreachable, .step = "connect", .message = "no route", .id = "x"};
  ResultDocument document;
  document.put_mesh("test");
  document.put(mesh_of({"z", "a"}), result);
  const Json out = rendered(document, "up", kExitNodesSkipped);
  EXPECT_EQ(out["format_version"], 1);
  EXPECT_EQ(out["command"], "up");
  EXPECT_EQ(out["exit_code"], 3);
  EXPECT_EQ(out["result"], "nodes_skipped");
  EXPECT_EQ(out["mesh"], "test");
  EXPECT_EQ(out["changed"], 1);
  EXPECT_EQ(out["nodes"].items().begin().key(), "z");
  EXPECT_EQ(out["nodes"]["z"]["outcome"], "changed");
  EXPECT_EQ(out["nodes"]["z"]["generation"], 3);
  EXPECT_EQ(out["nodes"]["z"]["changes"][0]["operation"], "ip link add br-test type bridge");
  EXPECT_EQ(out["nodes"]["a"]["outcome"], "skipped");
  EXPECT_EQ(out["nodes"]["a"]["error"],
            Json::parse(R"({"id": "x", "step": "connect", "message": "no route"})"));
  EXPECT_EQ(out["nodes"]["a"]["unreachable"], "no route");
}

// It answers, and says no.
TEST(ResultDocument, ANodeThatRefusesIsNotUnreachable) {
  TransactionResult result;
  result.nodes["a"].failure = {
      .kind = NodeFailure::Kind::kFailed, .step = "hello", .message = "no WireGuard"};
  ResultDocument document;
  document.put(mesh_of({"a"}), result);
  const Json out = rendered(document, "plan", kExitFailed);
  EXPECT_FALSE(out["nodes"]["a"].contains("unreachable"));
  EXPECT_EQ(out["nodes"]["a"]["error"]["message"], "no WireGuard");
}

TEST(ResultDocument, IsThereWhenNothingWasBegun) {
  Told told;
  told.faults.push_back({.file = "mesh.yaml",
                         .line = 3,
                         .column = 5,
                         .path = "nodes.a",
                         .message = "expected a map",
                         .id = "y"});
  told.warnings.push_back({"n1", {"w", "its clock is wrong", ""}});
  const Json out = rendered({}, "up", kExitBadMeshFile, told);
  EXPECT_EQ(out, Json::parse(R"({"format_version": 1, "command": "up", "exit_code": 65,
      "result": "bad_mesh_file", "changed": 0,
      "errors": [{"id": "y", "step": "mesh file", "message": "expected a map", "file": "mesh.yaml",
                  "line": 3, "column": 5, "path": "nodes.a"}],
      "warnings": [{"id": "w", "node": "n1", "message": "its clock is wrong"}]})"));
}

TEST(ResultDocument, HasTheSummaryAndTheInfo) {
  ResultDocument document;
  document.put(Summary{.changed = 2, .pairs = 1, .forwarding = Forwarding::kAll});
  document.put_info({{"name", "test"}});
  const Json out = rendered(document, "sync", kExitDone);
  EXPECT_EQ(out["pairs"], 1);
  EXPECT_EQ(out["forwarding"], "all");
  EXPECT_EQ(out["info"]["name"], "test");
}

TEST(ResultDocument, SaysThatTheUserHasDeclined) {
  ResultDocument document;
  document.put_declined();
  EXPECT_EQ(rendered(document, "up", kExitFailed)["declined"], true);
}

TEST(ResultDocument, HasOneWordForEachExitCode) {
  std::set<std::string_view> words;
  for (const int code : {kExitDone, kExitFailed, kExitChangesPending, kExitNodesSkipped,
                         kExitUnreachable, kExitLocked, kExitUnknownState, kExitNotForwarding,
                         kExitBadUsage, kExitBadMeshFile, kExitInterrupted}) {
    EXPECT_TRUE(words.insert(result_word(code)).second) << code;
  }
}

}  // namespace
}  // namespace wgmesh::result_document_test
