#include "agent/session/obstacles.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgmesh::obstacles_test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

CandidatePort nic() { return {.is_ethernet = true}; }

std::string told(const CandidatePort& interface) {
  const auto obstacle = port_obstacle("eth1", interface, "br-m");
  if (!obstacle) { return {}; }
  EXPECT_THAT(obstacle->said.cure, testing::Not(IsEmpty()));
  EXPECT_FALSE(obstacle->is_warning);
  return obstacle->said.text;
}

std::string id_of(const CandidatePort& interface) {
  return port_obstacle("eth1", interface, "br-m").value().said.id;
}

TEST(PortObstacle, AFreeEthernetInterfaceIsNone) {
  EXPECT_EQ(told(nic()), "");
  CandidatePort vlan = nic();
  vlan.kind = "vlan";
  EXPECT_EQ(told(vlan), "");
  CandidatePort ours = nic();
  ours.master = "br-m";
  ours.master_kind = "bridge";
  EXPECT_EQ(told(ours), "");
}

TEST(PortObstacle, NamesWhatWouldLoseIt) {
  for (const auto& [master, kind] :
       {std::pair("vmbr0", "bridge"), {"bond0", "bond"}, {"team0", "team"}, {"red", "vrf"}}) {
    CandidatePort port = nic();
    port.master = master;
    port.master_kind = kind;
    EXPECT_EQ(
        told(port),
        fmt::format("bridge_ports: eth1 is a port of {} ({}), which would lose it", master, kind));
  }
  CandidatePort port = nic();
  port.master = "vmbr0";
  EXPECT_EQ(port_obstacle("eth1", port, "br-m").value().said,
            (Said{"bridge-port-taken",
                  "bridge_ports: eth1 is a port of vmbr0 (kind unknown), which would lose it",
                  "if vmbr0 can do without it: ip link set eth1 nomaster; else take eth1 out of "
                  "bridge_ports"}));
}

TEST(PortObstacle, NamesWhatTheKernelWouldRefuse) {
  for (const char* kind : {"wireguard", "tun", "sit", "vti6"}) {
    CandidatePort tunnel = nic();
    tunnel.is_ethernet = false;
    tunnel.kind = kind;
    EXPECT_EQ(told(tunnel),
              fmt::format("bridge_ports: eth1 is not an Ethernet interface (kind {})", kind));
  }
  CandidatePort modem = nic();
  modem.is_ethernet = false;
  EXPECT_EQ(told(modem), "bridge_ports: eth1 is not an Ethernet interface");
  EXPECT_EQ(id_of(modem), "bridge-port-not-ethernet");
  CandidatePort bridge = nic();
  bridge.kind = "bridge";
  EXPECT_THAT(told(bridge), HasSubstr("is a bridge itself"));
  EXPECT_EQ(id_of(bridge), "bridge-port-is-bridge");
  CandidatePort parent = nic();
  parent.lower_of = "macvlan0";
  EXPECT_EQ(port_obstacle("eth1", parent, "br-m").value().said,
            (Said{"bridge-port-has-upper",
                  "bridge_ports: eth1 carries macvlan0, beside which it cannot be in a bridge",
                  "delete macvlan0, or take eth1 out of bridge_ports"}));
  CandidatePort loopback = nic();
  loopback.loopback = true;
  EXPECT_THAT(told(loopback), HasSubstr("loopback"));
  EXPECT_EQ(id_of(loopback), "bridge-port-loopback");
}

TEST(PortObstacle, NamesWhatCutsTheNodeOff) {
  CandidatePort with_address = nic();
  with_address.global_addresses = {*parse_prefix("192.0.2.1/24")};
  EXPECT_THAT(told(with_address), HasSubstr("192.0.2.1/24"));
  EXPECT_EQ(id_of(with_address), "bridge-port-has-address");
  CandidatePort way_out = nic();
  way_out.carries_default_route = true;
  EXPECT_THAT(told(way_out), HasSubstr("default route"));
  EXPECT_EQ(id_of(way_out), "bridge-port-default-route");
}

std::optional<Obstacle> overlapping(const char* mine, const char* other) {
  return overlap_obstacle("network", *parse_prefix(mine), {"vpn0", *parse_prefix(other)});
}

TEST(OverlapObstacle, AWiderPrefixIsOnlyTold) {
  for (const auto& [mine, other] : {std::pair("10.77.0.0/24", "10.8.0.6/8"),
                                    {"fd00:1:2:3::/64", "fd00::1/16"},
                                    {"172.16.4.0/24", "172.31.0.1/12"}}) {
    const auto obstacle = overlapping(mine, other);
    ASSERT_TRUE(obstacle) << other;
    EXPECT_TRUE(obstacle->is_warning) << other;
    EXPECT_THAT(obstacle->said.text, HasSubstr(other));
    EXPECT_EQ(obstacle->said.id, "network-inside-wider");
  }
  EXPECT_EQ(overlapping("10.77.0.0/24", "10.8.0.6/8").value().said.text,
            "network 10.77.0.0/24 is inside 10.8.0.6/8, which vpn0 has: this node reaches "
            "10.77.0.0/24 through the mesh from now on, and no longer by vpn0");
}

TEST(OverlapObstacle, TheSameAndANarrowerAndAnAddressInsideAreInTheWay) {
  for (const auto& [mine, other] : {std::pair("10.77.0.0/24", "10.77.0.9/24"),
                                    {"10.77.0.0/16", "10.77.5.1/24"},
                                    {"10.77.0.0/24", "10.77.0.6/8"}}) {
    const auto obstacle = overlapping(mine, other);
    ASSERT_TRUE(obstacle) << other;
    EXPECT_FALSE(obstacle->is_warning) << other;
    EXPECT_EQ(obstacle->said.cure,
              "give the mesh another `network`, or take the address away from vpn0");
    EXPECT_EQ(obstacle->said.id, "network-overlaps");
  }
  EXPECT_FALSE(overlapping("10.77.0.0/24", "10.78.0.1/24"));
  EXPECT_FALSE(overlapping("10.77.0.0/24", "0.0.0.0/0"));
}

TEST(WhyNotDialable, WhatIsCheckedInTheFileIsCheckedWhenAResolverSaysIt) {
  proto::Open open;
  open.set_network("10.9.0.0/24");
  open.set_inner_address("fd01::7/64");
  const auto why = [&](const char* address) { return why_not_dialable(*parse_ip(address), open); };
  for (const char* address : {"127.0.1.1", "127.0.0.1", "::1"}) {
    EXPECT_EQ(why(address), "which is this node itself") << address;
  }
  for (const char* address : {"0.0.0.0", "::", "224.0.0.1", "255.255.255.255", "ff02::1"}) {
    EXPECT_EQ(why(address), "which is no address of a host") << address;
  }
  EXPECT_EQ(why("10.9.0.4"), "which is inside the mesh (10.9.0.0/24)");
  EXPECT_EQ(why("fd01::8"), "which is inside the mesh (fd01::/64)");
  for (const char* address : {"192.0.2.1", "10.10.0.1", "2001:db8::1", "fe80::1"}) {
    EXPECT_EQ(why(address), "") << address;
  }
}

TEST(PutObstacle, KeepsCuresAndIdentifiersBesideTheirSentences) {
  proto::Hello hello;
  hello.add_problems("of somebody else");
  hello.add_warnings("of somebody else");
  put_obstacle({{"some-id", "told", ""}, true}, hello);
  put_obstacle({{"other-id", "in the way", "move it"}, false}, hello);
  put_warning({"third-id", "off", "switch it on"}, hello);
  ASSERT_EQ(hello.problems_size(), 2);
  ASSERT_EQ(hello.problem_cures_size(), 2);
  EXPECT_EQ(hello.problem_cures(0), "");
  EXPECT_EQ(hello.problem_cures(1), "move it");
  EXPECT_THAT(hello.problem_ids(), testing::ElementsAre("", "other-id"));
  EXPECT_THAT(hello.warnings(),
              testing::ElementsAre("of somebody else", "told", "off; switch it on"));
  EXPECT_THAT(hello.warning_ids(), testing::ElementsAre("", "some-id", "third-id"));
}

}  // namespace
}  // namespace wgmesh::obstacles_test
