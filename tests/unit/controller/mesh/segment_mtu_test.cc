#include "controller/mesh/segment_mtu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/error.h"
#include "controller/mesh/planner.h"
#include "tests/support/controller/named_mesh.h"

namespace wgmesh::segment_mtu_test {
namespace {

using testing::HasSubstr;

TEST(SegmentMtu, IsTheSmallestRouteLessWireguardAndTunnel) {
  const Mesh mesh = mesh_named({"a", "b"});
  const auto segment = [&](const char* address, unsigned route) {
    return segment_mtu(mesh, {{"a", hello_with_route("b", address, route)}, {"b", {}}}).segment;
  };
  EXPECT_EQ(segment("192.0.2.1", 1500), 1500u - 60 - 58);
  EXPECT_EQ(segment("2001:db8::1", 1500), 1500u - 80 - 58);
  EXPECT_EQ(segment("192.0.2.1", 9000), 9000u - 60 - 58);
}

// Rootless containers and InfiniBand say 65520, which is more than agents take.
TEST(SegmentMtu, IsWhatAgentsTakeAtMost) {
  const auto device = [](unsigned route, const char* underlay) {
    return segment_mtu(mesh_named({"a", "b"}, underlay),
                       {{"a", hello_with_route("b", "192.0.2.1", route)}, {"b", {}}});
  };
  for (const unsigned route : {65061u, 65520u, 65535u}) {
    EXPECT_EQ(device(route, "fd01::/64").device, 65000u) << route;
    EXPECT_EQ(device(route, "fd01::/64").segment, 65000u - 58) << route;
    EXPECT_EQ(device(route, "10.20.0.0/16").segment, 65000u - 38) << route;
  }
  EXPECT_EQ(device(65060, "fd01::/64").device, 65000u);
  EXPECT_EQ(device(65059, "fd01::/64").device, 64999u);
}

TEST(SegmentMtu, IsOneValueForAllNodes) {
  const Mesh mesh = mesh_named({"a", "b", "c"}, "10.20.0.0/16");
  const SegmentMtu mtu = segment_mtu(mesh, {{"a", hello_with_route("b", "192.0.2.1", 1500)},
                                            {"b", hello_with_route("c", "192.0.2.2", 1400)},
                                            {"c", {}}});
  EXPECT_EQ(mtu.device, 1340u);
  EXPECT_EQ(mtu.segment, 1340u - 38);
  EXPECT_EQ(mtu.because, "b to c (192.0.2.2)");
}

TEST(SegmentMtu, TakesTheCarefulFigureWhileNothingIsKnown) {
  EXPECT_EQ(segment_mtu(mesh_named({"a", "b"}), {{"a", {}}, {"b", {}}}).segment, 1500u - 80 - 58);
}

TEST(SegmentMtu, FragmentingCarries1500WhateverThePathsDo) {
  Mesh mesh = mesh_named({"a", "b"}, "198.18.0.0/19");
  mesh.fragments = true;
  const Facts facts{{"a", hello_with_route("b", "192.0.2.1", 1400)}, {"b", {}}};
  EXPECT_EQ(segment_mtu(mesh, facts).segment, 1500u);
  EXPECT_EQ(segment_mtu(mesh, facts).device, 1340u);
  const proto::Plan plan = plan_for(mesh, mesh.nodes[0], facts, segment_mtu(mesh, facts));
  EXPECT_TRUE(plan.fragments());
  EXPECT_EQ(plan.tunnel_kind(), proto::GRETAP);
}

TEST(SegmentMtu, ANumberBelowIsTakenAndOneAboveNamesBoth) {
  Mesh mesh = mesh_named({"a", "b"});
  const Facts facts{{"a", hello_with_route("b", "192.0.2.1", 1500)}, {"b", {}}};
  mesh.mtu = 1300;
  EXPECT_EQ(segment_mtu(mesh, facts).segment, 1300u);
  EXPECT_EQ(segment_mtu(mesh, facts).device, 1440u);
  mesh.mtu = 1383;
  try {
    segment_mtu(mesh, facts);
    FAIL() << "1383 does not fit";
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("1383"));
    EXPECT_THAT(error.message(), HasSubstr("1382"));
    EXPECT_EQ(error.id(), "mesh-mtu-too-large");
  }
}

TEST(SegmentMtu, RefusesPathsTooSmallForIpv6Inside) {
  try {
    segment_mtu(mesh_named({"a", "b"}), {{"a", hello_with_route("b", "192.0.2.1", 1300)}});
    FAIL() << "1300 leaves too little";
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "mesh-path-too-small");
    EXPECT_EQ(error.cure(), "raise that path's MTU, or set an IPv4 `underlay`");
  }
  EXPECT_EQ(segment_mtu(mesh_named({"a", "b"}, "10.20.0.0/16"),
                        {{"a", hello_with_route("b", "192.0.2.1", 1300)}})
                .segment,
            1300u - 60 - 38);
}

TEST(SegmentMtu, IsAtMostWhatPeersOfAMissingNodeHaveCommitted) {
  const Mesh mesh = mesh_named({"a", "b", "c"});
  Facts facts{{"a", hello_with_route("c", "192.0.2.1", 1500)}, {"c", {}}};
  facts["a"].set_stored_device_mtu(1400);
  facts["a"].set_stored_segment_mtu(1340);
  SegmentMtu mtu = segment_mtu(mesh, facts);
  EXPECT_EQ(mtu.device, 1400u);
  EXPECT_EQ(mtu.segment, 1340u);
  EXPECT_TRUE(mtu.is_held);
  EXPECT_EQ(mtu.held_by, "a");

  // Lower is another matter: the path has become narrow whoever is there.
  facts["a"].mutable_routes(0)->set_mtu(1400);
  mtu = segment_mtu(mesh, facts);
  EXPECT_EQ(mtu.segment, 1400u - 60 - 58);
  EXPECT_FALSE(mtu.is_held);
  EXPECT_EQ(mtu.held_by, "");

  facts["a"].mutable_routes(0)->set_mtu(1500);
  facts["b"] = {};
  EXPECT_EQ(segment_mtu(mesh, facts).segment, 1500u - 60 - 58);
}

}  // namespace
}  // namespace wgmesh::segment_mtu_test
