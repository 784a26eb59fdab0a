#include "controller/init/surveyed_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/controller/finished_draft.h"
#include "tests/support/golden.h"

namespace wgmesh::surveyed_host_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

SurveyedHost host_at(const std::string& reached, const std::vector<std::string>& own) {
  SurveyedHost host;
  host.reached_at = reached;
  host.hello.set_kernel_release("6.1.0");
  proto::Survey& survey = *host.hello.mutable_survey();
  survey.set_free_port(51820);
  survey.set_outside_mtu(1500);
  for (const std::string& prefix : own) {
    proto::SurveyedAddress& address = *survey.add_addresses();
    address.set_address(prefix);
    address.set_mtu(1500);
  }
  return host;
}

DraftNode node_of(const std::string& name) {
  DraftNode node;
  node.name = name;
  node.name_is_open = true;
  node.target = parse_ssh_target(name);
  return node;
}

// The node as the host's facts make it.
DraftNode learned(const SurveyedHost& host, DraftNode node = node_of("n1")) {
  Draft draft;
  draft.network = *parse_prefix("fd00::/64");
  draft.nodes.push_back(std::move(node));
  put_facts(draft, {{draft.nodes.front().name, host}});
  return draft.nodes.front();
}

TEST(SurveyedHost, HasTheEndpointThatSshReached) {
  const DraftNode node = learned(host_at("192.0.2.1", {"10.0.0.1/8", "192.0.2.1/24"}));
  EXPECT_EQ(node.endpoint, (HostAndPort{"192.0.2.1", {}}));
  EXPECT_THAT(node.notes, IsEmpty());
  EXPECT_EQ(node.listen_port, std::nullopt);
}

TEST(SurveyedHost, HasNoEndpointBehindNat) {
  const DraftNode node = learned(host_at("198.51.100.9", {"192.168.1.7/24"}));
  EXPECT_EQ(node.endpoint, std::nullopt);
  EXPECT_EQ(node.no_endpoint,
            "SSH reaches it at 198.51.100.9, which it does not have itself (it has 192.168.1.7): "
            "it is behind NAT, and dials its peers. If UDP port 51820 of 198.51.100.9 is forwarded "
            "to it, write `endpoint: \"198.51.100.9\"`.");
  EXPECT_THAT(learned(host_at("2001:db8::1", {})).no_endpoint,
              HasSubstr("which it does not have itself: it is behind NAT"));
}

TEST(SurveyedHost, HasNoEndpointAtALoopbackAddressOrBehindAJumpHost) {
  EXPECT_THAT(learned(host_at("127.0.0.1", {"10.0.0.1/8"})).no_endpoint,
              HasSubstr("SSH reaches it at 127.0.0.1, which is no address for its peers"));
  SurveyedHost host = host_at("", {"10.0.0.1/8"});
  EXPECT_THAT(learned(host).no_endpoint, HasSubstr("by way of another host. If"));
  host.hello.mutable_survey()->set_reached_at("10.0.0.1");
  EXPECT_THAT(learned(host).no_endpoint,
              HasSubstr("by way of another host, at 10.0.0.1. If its peers reach it there, write "
                        "`endpoint: \"10.0.0.1\"`"));
  host.hello.mutable_survey()->set_reached_at("no address");
  EXPECT_THAT(learned(host).no_endpoint, HasSubstr("by way of another host. If"));
}

TEST(SurveyedHost, KeepsTheEndpointOfAFile) {
  DraftNode node = node_of("n1");
  node.endpoint = HostAndPort{"lan.example.com", {}};
  EXPECT_EQ(learned(host_at("198.51.100.9", {}), node).endpoint, node.endpoint);
}

TEST(SurveyedHost, TakesAnotherPortThanOneThatIsUsed) {
  SurveyedHost host = host_at("192.0.2.1", {"192.0.2.1/24"});
  host.hello.mutable_survey()->set_port_user("WireGuard device wg0");
  host.hello.mutable_survey()->set_free_port(51822);
  host.hello.add_problems("listen_port 51820 is in use here");
  host.hello.add_problem_ids("listen-port-in-use");
  const DraftNode node = learned(host);
  EXPECT_EQ(node.listen_port, 51822);
  EXPECT_THAT(node.notes, ElementsAre("UDP port 51820 is taken here (WireGuard device wg0), so "
                                      "WireGuard is to listen at the next that is free."));
  host.hello.mutable_survey()->set_free_port(0);
  EXPECT_EQ(learned(host).listen_port, std::nullopt);
  EXPECT_THAT(learned(host).notes, ElementsAre(HasSubstr("and so are those after it")));
}

TEST(SurveyedHost, SaysWhatIsMissingAndInTheWay) {
  SurveyedHost host = host_at("192.0.2.1", {"192.0.2.1/24"});
  proto::MissingFeature& missing = *host.hello.add_missing();
  missing.set_module("wireguard");
  missing.set_why("no such family");
  host.hello.add_problems("the network overlaps");
  host.hello.add_problem_cures("take another");
  host.hello.add_problems("another one");
  EXPECT_THAT(learned(host).notes,
              ElementsAre("Before `mesh up`: the kernel 6.1.0 has no wireguard (no such family). "
                          "Load it there with `modprobe wireguard` (for a container: on its host), "
                          "or install the kernel package that has wireguard.ko.",
                          "Before `mesh up`: the network overlaps. Take another.",
                          "Before `mesh up`: another one."));
}

TEST(SurveyedHost, SaysThatAMeshOfThatNameIsThere) {
  SurveyedHost host = host_at("192.0.2.1", {"192.0.2.1/24"});
  host.hello.set_generation(3);
  host.hello.mutable_identity()->set_node("x");
  host.hello.mutable_identity()->set_network("10.0.0.0/24");
  EXPECT_THAT(learned(host).notes,
              ElementsAre(HasSubstr("A mesh of the name mesh is on it already (network "
                                    "10.0.0.0/24, where it is x)")));
}

TEST(SurveyedHost, SaysThatAWayIsNarrow) {
  SurveyedHost host = host_at("192.0.2.1", {"192.0.2.1/24"});
  host.hello.mutable_survey()->mutable_addresses(0)->set_mtu(1420);
  EXPECT_THAT(learned(host).notes, ElementsAre(HasSubstr("packets of 1420 bytes at most")));
  SurveyedHost inside = host_at("198.51.100.9", {"192.168.1.7/24"});
  inside.hello.mutable_survey()->set_outside_mtu(1492);
  EXPECT_THAT(learned(inside).notes, ElementsAre(HasSubstr("packets of 1492 bytes at most")));
  inside.hello.mutable_survey()->set_outside_mtu(0);
  EXPECT_THAT(learned(inside).notes, IsEmpty());
}

TEST(SurveyedHost, OfAnotherReleaseTellsNothing) {
  SurveyedHost host;
  host.reached_at = "192.0.2.1";
  const DraftNode node = learned(host);
  EXPECT_EQ(node.endpoint, std::nullopt);
  EXPECT_EQ(node.no_endpoint, "Its agent is of another release and tells no addresses.");
}

std::string name_of(const std::string& host_name, DraftNode node = node_of("n1")) {
  SurveyedHost host = host_at("192.0.2.1", {});
  host.hello.mutable_survey()->set_host_name(host_name);
  return learned(host, std::move(node)).name;
}

TEST(SurveyedHost, IsCalledAsItCallsItself) {
  EXPECT_EQ(name_of("web1.example.com"), "web1");
  EXPECT_EQ(name_of("localhost.localdomain"), "n1");
  EXPECT_EQ(name_of(""), "n1");
  EXPECT_EQ(name_of("\x1b[31mred"), "31mred");
  DraftNode given = node_of("n1");
  given.name_is_open = false;
  EXPECT_EQ(name_of("web1", given), "n1");
}

// Five hosts as `mesh init` meets them.
TEST(SurveyedHost, AllTogetherGiveAMeshFile) {
  Draft draft;
  for (const char* host : {"root@192.0.2.1", "web2", "home", "busy", "old"}) {
    DraftNode node = node_of("x");
    node.target = parse_ssh_target(host);
    node.name = std::get<SshTarget>(node.target).host;
    add_node(draft, std::move(node));
  }
  std::map<std::string, SurveyedHost> hosts = {
      {"192.0.2.1", host_at("192.0.2.1", {"192.0.2.1/24"})},
      {"web2", host_at("2001:db8::2", {"2001:db8::2/64"})},
      {"home", host_at("198.51.100.9", {"192.168.1.7/24"})},
      {"busy", host_at("192.0.2.4", {"192.0.2.4/24"})},
      {"old", host_at("192.0.2.5", {"192.0.2.5/24"})}};
  hosts["192.0.2.1"].hello.mutable_survey()->set_host_name("web");
  hosts["web2"].hello.mutable_survey()->set_host_name("web");
  hosts["home"].hello.mutable_survey()->set_outside_mtu(1492);
  hosts["busy"].hello.mutable_survey()->set_port_user("WireGuard device wg0");
  hosts["busy"].hello.mutable_survey()->set_free_port(51821);
  proto::MissingFeature& missing = *hosts["old"].hello.add_missing();
  missing.set_module("wireguard");
  missing.set_why("no generic netlink family of that name");
  put_facts(draft, hosts);
  const std::string text = finished(draft);
  expect_golden(std::string(WGMESH_TEST_DATA) + "/golden/init/surveyed.yaml", text);
  const Mesh mesh = mesh_in(text);
  ASSERT_EQ(mesh.nodes.size(), 5U);
  EXPECT_EQ(mesh.nodes[0].name, "web");
  EXPECT_EQ(mesh.nodes[1].name, "web-2");
  EXPECT_EQ(mesh.nodes[2].endpoint, std::nullopt);
  EXPECT_EQ(mesh.nodes[3].endpoint, (HostPort{"192.0.2.4", 51821}));
}

}  // namespace
}  // namespace wgmesh::surveyed_host_test
