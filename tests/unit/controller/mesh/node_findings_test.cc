#include "controller/mesh/node_findings.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/naming.h"

namespace wgmesh::node_findings_test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

Mesh two_nodes() {
  Mesh mesh;
  mesh.name = "m";
  for (const char* name : {"a", "b"}) {
    Node& node = mesh.nodes.emplace_back();
    node.name = name;
    node.addresses = {*parse_prefix(fmt::format("10.9.0.{}/24", name[0] - 'a' + 1))};
  }
  return mesh;
}

std::string bridge_id_of(const std::string& node, const char* priority = "8000") {
  std::string id = std::string(priority) + ".";
  for (const std::uint8_t octet : bridge_mac("m", node).octets) {
    id += fmt::format("{:02x}", octet);
  }
  return id;
}

std::vector<Finding> firewall_findings(proto::FirewallFault::What what, const char* chain,
                                       bool bridge_family) {
  proto::Hello hello;
  hello.set_bridge_netfilter_drops(!bridge_family);
  proto::FirewallFault& fault = *hello.add_firewall();
  fault.set_what(what);
  fault.set_chain(chain);
  fault.set_bridge_family(bridge_family);
  const Mesh mesh = two_nodes();
  std::vector<Finding> findings;
  find_firewall_faults(mesh, mesh.nodes[0], hello, findings);
  return findings;
}

TEST(FirewallFaults, AreNamedWithTheRuleToAdd) {
  const auto iptables = firewall_findings(proto::FirewallFault::DROPS, "ip filter FORWARD", false);
  ASSERT_EQ(iptables.size(), 1u);
  EXPECT_EQ(iptables[0].where, "a");
  EXPECT_EQ(iptables[0].id, "check-firewall-drops");
  EXPECT_EQ(iptables[0].what,
            "br_netfilter sends bridged frames through ip filter FORWARD, which drops them");
  EXPECT_THAT(iptables[0].cause, HasSubstr("iptables -I FORWARD -i br-m -o br-m -j ACCEPT"));

  // An accept in another table would not help.
  const auto firewalld =
      firewall_findings(proto::FirewallFault::DROPS, "inet firewalld filter_FORWARD", false);
  EXPECT_THAT(firewalld[0].cause,
              HasSubstr("nft insert rule inet firewalld filter_FORWARD iifname br-m oifname br-m"));

  const auto nat =
      firewall_findings(proto::FirewallFault::MASQUERADES, "ip nat POSTROUTING", false);
  EXPECT_EQ(nat[0].id, "check-firewall-masquerades");
  EXPECT_THAT(nat[0].what, HasSubstr("br_netfilter"));
  EXPECT_THAT(nat[0].what, HasSubstr("ip nat POSTROUTING"));
  EXPECT_THAT(nat[0].cause, HasSubstr("iptables -t nat -I POSTROUTING -o br-m -j RETURN"));

  const auto bridge = firewall_findings(proto::FirewallFault::DROPS, "bridge filter FORWARD", true);
  EXPECT_EQ(bridge[0].id, "check-bridge-filter-drops");
  EXPECT_THAT(bridge[0].what, HasSubstr("the bridge's own packet filter"));
  EXPECT_THAT(bridge[0].cause,
              HasSubstr("nft insert rule bridge filter FORWARD meta ibrname br-m accept"));
}

TEST(FirewallFaults, APolicyAloneIsToldToo) {
  proto::Hello hello;
  const Mesh mesh = two_nodes();
  std::vector<Finding> findings;
  find_firewall_faults(mesh, mesh.nodes[0], hello, findings);
  EXPECT_THAT(findings, IsEmpty());
  hello.set_bridge_netfilter_drops(true);
  find_firewall_faults(mesh, mesh.nodes[0], hello, findings);
  EXPECT_THAT(findings, testing::SizeIs(1));
}

std::vector<Finding> question_findings(const Mesh& mesh, std::size_t node, const char* chain) {
  proto::Hello hello;
  proto::FirewallFault& fault = *hello.add_inside_firewall();
  fault.set_what(proto::FirewallFault::DROPS_UNASKED);
  fault.set_chain(chain);
  std::vector<Finding> findings;
  find_dropped_questions(mesh, mesh.nodes[node], hello, findings);
  return findings;
}

TEST(DroppedQuestions, AreNamedWithTheRuleToAddAtANodeThatIsAsked) {
  Mesh mesh = two_nodes();
  mesh.nodes.emplace_back(mesh.nodes[0]).name = "o";
  mesh.nodes[2].endpoint = HostPort{"o.example", 51820};
  mesh.underlay = *parse_prefix("fd00:1::/64");
  EXPECT_THAT(question_findings(mesh, 2, "inet filter input"), IsEmpty());
  mesh.learned.links[{"a", "b"}] = {};
  EXPECT_THAT(question_findings(mesh, 0, "inet filter input"), IsEmpty());
  const auto found = question_findings(mesh, 2, "inet filter input");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].where, "o");
  EXPECT_EQ(found[0].id, "check-firewall-drops-questions");
  EXPECT_THAT(found[0].what, HasSubstr("inet filter input drops what comes in by wg-m"));
  EXPECT_EQ(found[0].cause,
            "let it in: nft insert rule inet filter input iifname wg-m udp dport 21820 accept");
  EXPECT_THAT(question_findings(mesh, 2, "ip filter INPUT"), IsEmpty());
  EXPECT_EQ(question_findings(mesh, 2, "ip6 filter INPUT")[0].cause,
            "let it in: ip6tables -I INPUT -i wg-m -p udp --dport 21820 -j ACCEPT");
  mesh.underlay = *parse_prefix("10.1.0.0/24");
  EXPECT_THAT(question_findings(mesh, 2, "ip6 filter INPUT"), IsEmpty());
  EXPECT_EQ(question_findings(mesh, 2, "ip filter INPUT")[0].cause,
            "let it in: iptables -I INPUT -i wg-m -p udp --dport 21820 -j ACCEPT");
}

TEST(MissingAddresses, AreThoseOfTheMeshFileThatTheBridgeLacks) {
  Mesh mesh = two_nodes();
  mesh.nodes[0].addresses.push_back(*parse_prefix("10.9.0.7/24"));
  proto::Status status;
  status.mutable_bridge()->add_addresses("10.9.0.1/24");
  status.mutable_bridge()->add_addresses("192.0.2.1/24");
  std::vector<Finding> findings;
  find_missing_addresses(mesh.nodes[0], status, findings);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].id, "check-address-missing");
  EXPECT_EQ(findings[0].what, "it does not have its address 10.9.0.7/24");
}

TEST(ForeignRoots, AreBridgesOfNoNode) {
  const Mesh mesh = two_nodes();
  Examination examination;
  for (const Node& node : mesh.nodes) {
    proto::Status& status = examination.nodes[node.name].status.emplace();
    status.set_is_up(true);
    status.mutable_bridge()->set_stp(true);
    // Whatever priority it has, it is that node's MAC.
    status.mutable_bridge()->set_root_id(bridge_id_of("b", "0001"));
  }
  EXPECT_THAT(find_foreign_roots(mesh, views_of(examination)), IsEmpty());
  for (auto& [name, examined] : examination.nodes) {
    examined.status->mutable_bridge()->set_root_id("0000.020000000001");
    // It may say of itself what it likes.
    examined.status->mutable_bridge()->set_bridge_id("0000.020000000001");
  }
  const auto warnings = find_foreign_roots(mesh, views_of(examination));
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0].id, "mesh-root-foreign");
  EXPECT_THAT(warnings[0].text,
              HasSubstr("a and b: the root of the spanning tree is 0000.020000000001"));
  // Split horizon has no tree.
  for (auto& [name, examined] : examination.nodes) {
    examined.status->mutable_bridge()->set_stp(false);
  }
  EXPECT_THAT(find_foreign_roots(mesh, views_of(examination)), IsEmpty());
}

TEST(ABridge, IsFoundByTheMacThatFollowsFromANodesName) {
  const Mesh mesh = two_nodes();
  EXPECT_EQ(find_bridge(mesh, bridge_id_of("b"))->name, "b");
  EXPECT_EQ(find_bridge(mesh, "8000.020000000001"), nullptr);
  EXPECT_EQ(find_bridge(mesh, ""), nullptr);
}

}  // namespace
}  // namespace wgmesh::node_findings_test
