#include "controller/show/render_changes.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace wgmesh::render_changes_test {
namespace {

std::vector<NodeChanges> four_nodes() {
  proto::Changes changes;
  changes.set_stored_state_changes(true);
  proto::Change& addition = *changes.add_changes();
  addition.set_text("ip link add br-test type bridge");
  addition.set_kind(proto::Change::ADD);
  addition.set_interface("br-test");
  // The kind is told, and not read out of the words.
  changes.add_changes()->set_text("ip link set br-test alias \"an add on\"");
  proto::Change& removal = *changes.add_changes();
  removal.set_text("ip link del gt-test-old");
  removal.set_kind(proto::Change::REMOVE);
  removal.set_at_commit(true);
  removal.set_interface("gt-test-old");
  removal.set_peer("old");
  removal.add_values()->set_key("kind");
  removal.mutable_values(0)->set_before("ip6gretap");
  proto::Changes stored;
  stored.set_stored_state_changes(true);
  return {{"mesh0", changes, {}},
          {"mesh1", proto::Changes(), {}},
          {"mesh2", stored, {}},
          {"mesh3", {}, "no route to host"}};
}

TEST(RenderChanges, NamesEachNodeThatChangesOrCannotBeAsked) {
  EXPECT_EQ(render_changes(four_nodes(), false),
            "~ node mesh0\n"
            "~ node mesh2: only what is stored there changes\n"
            "- link mesh0–old\n"
            "? node mesh3: unreachable: no route to host\n"
            "\n"
            "Plan: 2 nodes to change; 1 link to remove; 1 node unreachable.\n");
}

TEST(RenderChanges, HasTheOperationsOnDemand) {
  EXPECT_EQ(render_changes(four_nodes(), false, true),
            "~ node mesh0\n"
            "~ node mesh2: only what is stored there changes\n"
            "- link mesh0–old\n"
            "? node mesh3: unreachable: no route to host\n"
            "\n"
            "mesh0:\n"
            "  + ip link add br-test type bridge\n"
            "  ~ ip link set br-test alias \"an add on\"\n"
            "  - ip link del gt-test-old  (when every node has applied)\n"
            "\n"
            "Plan: 2 nodes to change; 1 link to remove; 1 node unreachable.\n");
}

TEST(RenderChanges, SaysThatThereIsNothingToDo) {
  const std::vector<NodeChanges> nodes = {{"mesh0", proto::Changes(), {}}};
  EXPECT_EQ(render_changes(nodes, false), "No changes on 1 node.\n");
  EXPECT_FALSE(any_changes(nodes));
  EXPECT_TRUE(any_changes(four_nodes()));
}

TEST(RenderChanges, IsJsonForPrograms) {
  const auto document = changes_json(four_nodes());
  EXPECT_EQ(document["changes"], true);
  EXPECT_EQ(
      document["nodes"]["mesh0"]["changes"][2],
      nlohmann::ordered_json::parse(R"({"kind": "remove", "operation": "ip link del gt-test-old",
                                      "at_commit": true, "interface": "gt-test-old",
                                      "peer": "old", "link": ["mesh0", "old"],
                                      "values": [{"key": "kind", "old": "ip6gretap", "new": null}]})"));
  EXPECT_EQ(document["nodes"]["mesh0"]["changes"][0]["kind"], "add");
  EXPECT_FALSE(document["nodes"]["mesh0"]["changes"][0].contains("peer"));
  EXPECT_EQ(document["nodes"]["mesh1"]["changes"].size(), 0U);
  EXPECT_EQ(document["nodes"]["mesh3"]["unreachable"], "no route to host");
  EXPECT_EQ(document["links"],
            nlohmann::ordered_json::parse(R"([{"link": ["mesh0", "old"], "kind": "remove",
      "values": [{"key": "kind", "old": "ip6gretap", "new": null, "node": "mesh0",
                  "interface": "gt-test-old"}]}])"));
  EXPECT_EQ(document["totals"]["links"],
            nlohmann::ordered_json::parse(R"({"add": 0, "change": 0, "remove": 1})"));
}

TEST(RenderSummary, TellsTheRunInOneLine) {
  EXPECT_EQ(
      render_summary({.changed = 3, .unchanged = 1, .pairs = 6, .forwarding = Forwarding::kAll}),
      "4 nodes: 3 changed, 1 unchanged, all 6 pairs forward\n");
  EXPECT_EQ(render_summary({.unchanged = 2, .pairs = 1, .forwarding = Forwarding::kAll}),
            "2 nodes: 2 unchanged, the pair forwards\n");
  EXPECT_EQ(
      render_summary({.changed = 1, .skipped = {"a", "b"}, .forwarding = Forwarding::kNotWaited}),
      "3 nodes: 1 changed, 2 skipped (a, b), not waited until it forwards\n");
  EXPECT_EQ(render_summary({.verb = "down", .is_down = true, .changed = 2, .unchanged = 1}),
            "3 nodes: 2 taken down, 1 already down\n");
  EXPECT_EQ(render_summary({.verb = "down", .is_down = true, .removed = true, .changed = 1}),
            "1 node: 1 removed\n");
  EXPECT_EQ(render_summary({.changed = 3,
                            .unchanged = 1,
                            .stay_down = {"n3"},
                            .pairs = 3,
                            .forwarding = Forwarding::kAll}),
            "4 nodes: 3 changed, 1 unchanged, 1 of them stays down (n3), all 3 pairs forward\n");
}

TEST(RenderSummary, IsJsonForPrograms) {
  EXPECT_EQ(summary_json({.changed = 3,
                          .unchanged = 1,
                          .skipped = {"x"},
                          .pairs = 6,
                          .forwarding = Forwarding::kAll}),
            nlohmann::ordered_json::parse(R"({"changed": 3, "unchanged": 1, "skipped": ["x"],
      "stay_down": [], "pairs": 6, "forwarding": "all"})"));
}

NodeChanges names_that_change(proto::Change::Kind kind, int added, int removed) {
  proto::Changes changes;
  proto::Change& change = *changes.add_changes();
  change.set_text("/etc/hosts: 2 lines for test");
  change.set_kind(kind);
  for (int i = 0; i < added + removed; ++i) {
    proto::Value& value = *change.add_values();
    value.set_key("hosts");
    const std::string line = "fd00::" + std::to_string(i) + " n n.test";
    i < removed ? value.set_before(line) : value.set_after(line);
  }
  return {"mesh0", changes, {}};
}

TEST(RenderChanges, TellsTheLinesOfHostsOrTheirNumber) {
  const auto words = [](const NodeChanges& changes) {
    const std::vector<NodeChanges> nodes{changes};
    const std::string text = render_changes(nodes, false);
    return text.substr(0, text.find('\n'));
  };
  EXPECT_EQ(words(names_that_change(proto::Change::CHANGE, 1, 1)),
            "~ node mesh0: /etc/hosts fd00::0 n n.test removed, fd00::1 n n.test added");
  EXPECT_EQ(words(names_that_change(proto::Change::ADD, 3, 0)),
            "~ node mesh0: /etc/hosts 3 lines added");
  EXPECT_EQ(words(names_that_change(proto::Change::CHANGE, 2, 1)),
            "~ node mesh0: /etc/hosts 2 lines added, 1 line removed");
  // The names go, and the node stays.
  EXPECT_EQ(words(names_that_change(proto::Change::REMOVE, 0, 1)),
            "~ node mesh0: /etc/hosts fd00::0 n n.test removed");
}

}  // namespace
}  // namespace wgmesh::render_changes_test
