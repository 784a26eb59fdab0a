#include "controller/show/change_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/show/render_changes.h"

namespace wgmesh::change_groups_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Told {
  std::string key, before, after;  // empty: none
};

proto::Change change(proto::Change::Kind kind, const std::string& interface,
                     const std::string& peer, const std::vector<Told>& values) {
  proto::Change out;
  out.set_kind(kind);
  out.set_interface(interface);
  out.set_peer(peer);
  out.set_text("an operation");
  for (const Told& told : values) {
    proto::Value& value = *out.add_values();
    value.set_key(told.key);
    if (!told.before.empty()) { value.set_before(told.before); }
    if (!told.after.empty()) { value.set_after(told.after); }
  }
  return out;
}

NodeChanges node(const std::string& name, const std::vector<proto::Change>& changes) {
  NodeChanges out{name, proto::Changes(), {}};
  for (const proto::Change& each : changes) { *out.changes->add_changes() = each; }
  out.changes->set_stored_state_changes(!changes.empty());
  return out;
}

proto::Change new_tunnel(const std::string& peer) {
  return change(proto::Change::ADD, "gt-test-" + peer, peer,
                {{"kind", "", "ip6gretap"}, {"mtu", "", "1358"}});
}
proto::Change new_peer(const std::string& peer) {
  return change(proto::Change::ADD, "wg-test", peer,
                {{"public_key", "", "(new key)"}, {"endpoint", "", "192.0.2.1:51820"}});
}
std::vector<proto::Change> new_node(const std::vector<std::string>& peers) {
  std::vector<proto::Change> changes = {
      change(proto::Change::ADD, "wg-test", "", {{"kind", "", "wireguard"}, {"mtu", "", "1420"}}),
      change(proto::Change::CHANGE, "wg-test", "",
             {{"listen_port", "", "51820"}, {"private_key", "", "(new key)"}}),
      change(proto::Change::ADD, "wg-test", "", {{"addr", "", "fd01::1/128"}}),
      change(proto::Change::ADD, "br-test", "", {{"kind", "", "bridge"}}),
      change(proto::Change::CHANGE, "br-test", "", {{"prio", "", "4096"}}),
      change(proto::Change::ADD, "br-test", "", {{"addr", "", "fd00::1/64"}})};
  for (const std::string& peer : peers) {
    changes.push_back(new_peer(peer));
    changes.push_back(new_tunnel(peer));
  }
  return changes;
}

TEST(ChangeGroups, ANewMeshIsItsNodesAndItsLinks) {
  const std::vector<NodeChanges> nodes = {node("n1", new_node({"n2"})),
                                          node("n2", new_node({"n1"}))};
  EXPECT_EQ(render_changes(nodes, false),
            "+ node n1: wg-test mtu 1420, listen port 51820, private key (new key), addr "
            "fd01::1/128; br-test prio 4096, addr fd00::1/64\n"
            "+ node n2: wg-test mtu 1420, listen port 51820, private key (new key), addr "
            "fd01::1/128; br-test prio 4096, addr fd00::1/64\n"
            "+ link n1–n2\n"
            "\n"
            "Plan: 2 nodes, 1 link to add.\n");
}

TEST(ChangeGroups, WhatIsTheSameAtBothEndsIsSaidOnce) {
  const auto keepalive = [](const std::string& peer) {
    return change(proto::Change::CHANGE, "wg-test", peer, {{"persistent_keepalive", "25", "15"}});
  };
  std::vector<NodeChanges> nodes;
  const std::vector<std::string> names = {"n1", "n2", "n3", "n4"};
  for (const std::string& name : names) {
    std::vector<proto::Change> changes;
    for (const std::string& peer : names) {
      if (peer != name) { changes.push_back(keepalive(peer)); }
    }
    nodes.push_back(node(name, changes));
  }
  EXPECT_EQ(render_changes(nodes, false),
            "~ link n1–n2: keepalive 25 → 15\n"
            "~ link n1–n3: keepalive 25 → 15\n"
            "~ link n1–n4: keepalive 25 → 15\n"
            "~ link n2–n3: keepalive 25 → 15\n"
            "~ link n2–n4: keepalive 25 → 15\n"
            "~ link n3–n4: keepalive 25 → 15\n"
            "\n"
            "Plan: 6 links to change.\n");
}

TEST(ChangeGroups, WhatIsAtOneEndNamesIt) {
  const std::vector<NodeChanges> nodes = {
      node("n1", {change(proto::Change::CHANGE, "wg-test", "n2",
                         {{"endpoint", "192.0.2.2:51820", "192.0.2.9:51820"}})}),
      node("n2", {})};
  EXPECT_EQ(render_changes(nodes, false),
            "~ link n1–n2: endpoint 192.0.2.2:51820 → 192.0.2.9:51820 on n1\n"
            "\n"
            "Plan: 1 link to change.\n");
}

TEST(ChangeGroups, ASettingOfANodeNamesItsInterface) {
  const std::vector<NodeChanges> nodes = {node(
      "n1", {change(proto::Change::CHANGE, "br-test", "",
                    {{"prio", "4096", "100"}, {"hello_time", "1", "2"}}),
             change(proto::Change::CHANGE, "wg-test", "", {{"listen_port", "51820", "51821"}})})};
  EXPECT_EQ(render_changes(nodes, false),
            "~ node n1: br-test prio 4096 → 100, hello time 1 → 2; wg-test listen port 51820 → "
            "51821\n"
            "\n"
            "Plan: 1 node to change.\n");
}

TEST(ChangeGroups, AnAddressThatComesAndOneThatGoesAreTwoValues) {
  const std::vector<NodeChanges> nodes = {
      node("n1", {change(proto::Change::ADD, "br-test", "", {{"addr", "", "fd00::5/64"}}),
                  change(proto::Change::REMOVE, "br-test", "", {{"addr", "fd00::1/64", ""}})})};
  EXPECT_EQ(render_changes(nodes, false),
            "~ node n1: br-test addr fd00::5/64 added, addr fd00::1/64 removed\n"
            "\n"
            "Plan: 1 node to change.\n");
}

TEST(ChangeGroups, ALinkGoesWithItsTunnelAndItsPeer) {
  const auto gone = [](const std::string& peer) {
    return std::vector{
        change(proto::Change::CHANGE, "gt-test-" + peer, peer,
               {{"master", "br-test", ""}, {"up", "on", "off"}}),
        change(proto::Change::REMOVE, "gt-test-" + peer, peer, {{"kind", "ip6gretap", ""}}),
        change(proto::Change::REMOVE, "wg-test", peer, {{"public_key", "AAA=", ""}})};
  };
  EXPECT_EQ(render_changes(std::vector{node("n1", gone("n2")), node("n2", gone("n1"))}, false),
            "- link n1–n2\n"
            "\n"
            "Plan: 1 link to remove.\n");
}

TEST(ChangeGroups, ANodeThatIsTakenDownTakesItsLinksAlong) {
  const proto::Change group = change(proto::Change::REMOVE, "", "", {});
  const std::vector<NodeChanges> nodes = {
      node("n1", {change(proto::Change::CHANGE, "gt-test-n2", "n2", {{"up", "on", "off"}}), group}),
      node("n2", {})};
  EXPECT_EQ(render_changes(nodes, false),
            "- node n1\n"
            "- link n1–n2\n"
            "\n"
            "Plan: 1 node, 1 link to remove.\n");
}

// The new peer is staged before the old one goes.
TEST(ChangeGroups, ARotationChangesALinksKey) {
  const std::vector<NodeChanges> nodes = {
      node("n1", {change(proto::Change::ADD, "wg-test", "n2", {{"public_key", "", "(new key)"}}),
                  change(proto::Change::REMOVE, "wg-test", "n2", {{"public_key", "AAA=", ""}})})};
  EXPECT_EQ(render_changes(nodes, false),
            "~ link n1–n2: public key AAA= → (new key) on n1\n"
            "\n"
            "Plan: 1 link to change.\n");
}

TEST(ChangeGroups, AWayStationIsNoValue) {
  const std::vector<NodeChanges> nodes = {
      node("n1", {change(proto::Change::CHANGE, "br-test", "", {{"mtu", "1358", "1359"}}),
                  change(proto::Change::CHANGE, "br-test", "",
                         {{"mtu", "1359", "1358"}, {"alias", "", "wgmesh:test"}})})};
  const ChangeGroups groups = group_changes(nodes);
  ASSERT_EQ(groups.nodes.size(), 1U);
  EXPECT_THAT(groups.nodes[0].values,
              ElementsAre(GroupValue{"n1", "br-test", "alias", std::nullopt, "wgmesh:test"}));
  EXPECT_THAT(groups.links, IsEmpty());
}

TEST(ChangeGroups, APeerThatTheFileNoLongerNamesComesLast) {
  const std::vector<NodeChanges> nodes = {
      node("z", {change(proto::Change::REMOVE, "wg-test", "a", {{"public_key", "AAA=", ""}})})};
  EXPECT_EQ(render_changes(nodes, false), "- link z–a\n\nPlan: 1 link to remove.\n");
}

}  // namespace
}  // namespace wgmesh::change_groups_test
