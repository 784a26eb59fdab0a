// Meshes with one fault each, as their nodes would tell it.
#include "controller/mesh/diagnosis.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/mesh/measurements.h"
#include "controller/show/render_check.h"
#include "tests/support/controller/examined_mesh.h"
#include "tests/support/golden.h"

namespace wgmesh::diagnosis_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

class AMeshThatRuns : public ExaminedMesh {
 protected:
  void cut_link(const std::string& a, const std::string& b) {
    for (const auto& [from, to] : {std::pair(a, b), std::pair(b, a)}) {
      seen_.measured[from][to].inner->round_trip.reset();
      peer(from, to).set_latest_handshake(0);
      deafen(from, to);
    }
  }
  void deafen(const std::string& node, const std::string& other) {
    for (auto& each : *seen_.nodes[node].afterwards->mutable_device()->mutable_peers()) {
      if (each.node() == other) { each.set_transfer_rx(peer(node, other).transfer_rx()); }
    }
  }
  void cut_segment(const std::string& a, const std::string& b) {
    seen_.measured[a][b].segment->round_trip.reset();
    seen_.measured[b][a].segment->round_trip.reset();
  }

  std::vector<std::string> findings() const {
    std::vector<std::string> lines;
    for (const Finding& finding : diagnose(mesh_, seen_)) {
      lines.push_back(
          fmt::format("{} {}: {}; {}", finding.id, finding.where, finding.what, finding.cause));
    }
    return lines;
  }
};

TEST_F(AMeshThatRuns, HasNoFindings) { EXPECT_THAT(findings(), IsEmpty()); }

TEST_F(AMeshThatRuns, GreIsDroppedOnInput) {
  cut_segment("a", "b");
  EXPECT_THAT(findings(), ElementsAre(HasSubstr(
                              "check-no-frames a-b: the link works, but no frame passes between "
                              "them; GRE (protocol 47) is dropped inside wg-m")));
}

TEST_F(AMeshThatRuns, AnEndpointHasTheWrongPort) {
  cut_link("a", "b");
  peer("a", "b").set_endpoint("192.0.2.2:9");
  EXPECT_THAT(findings(),
              ElementsAre(HasSubstr(
                  "check-no-handshake a-b: no handshake; a sends to port 9 of b, which listens on "
                  "51820")));
}

TEST_F(AMeshThatRuns, UdpPassesOneWay) {
  cut_link("a", "b");
  peer("b", "a").set_transfer_rx(800);
  EXPECT_THAT(findings(), ElementsAre(HasSubstr(
                              "check-no-handshake a-b: no handshake; one way only: what a sends "
                              "reaches b, and nothing of b reaches a")));
}

TEST_F(AMeshThatRuns, AFirewallDropsWhatComesInOnTheDevice) {
  for (const auto& [from, to] : {std::pair("a", "b"), std::pair("b", "a")}) {
    seen_.measured[from][to].inner->round_trip.reset();
  }
  EXPECT_THAT(findings(),
              ElementsAre(HasSubstr(
                  "check-wireguard-silent a-b: nothing passes inside WireGuard, for all their "
                  "handshakes; a firewall on one of them drops what "
                  "comes in on wg-m")));
}

TEST_F(AMeshThatRuns, OneSideHasAnotherKey) {
  cut_link("a", "b");
  peer("a", "b").set_public_key("another");
  EXPECT_THAT(findings(),
              ElementsAre(HasSubstr("check-peer-key-differs a-b: a has another public key for b")));
}

TEST_F(AMeshThatRuns, OneSideHasLostItsPeers) {
  status("a").mutable_device()->clear_peers();
  EXPECT_THAT(
      findings(),
      ElementsAre("check-peer-missing a-b: a has no WireGuard peer for b; run `mesh sync`",
                  "check-peer-missing a-c: a has no WireGuard peer for c; run `mesh sync`"));
}

TEST_F(AMeshThatRuns, LargeFramesVanish) {
  seen_.measured["a"]["c"].segment->large_passes = false;
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("check-segment-mtu-lost a-c: small frames pass, "
                                                "those of the segment's MTU (1362 bytes) do not")));
}

TEST_F(AMeshThatRuns, LargePacketsVanish) {
  seen_.measured["a"]["b"].inner->large_passes = false;
  EXPECT_THAT(findings(),
              ElementsAre(HasSubstr(
                  "check-wireguard-mtu-lost a-b: small packets pass, those of WireGuard's MTU "
                  "(1420 bytes) do not")));
}

TEST_F(AMeshThatRuns, ANodeIsAnIsland) {
  mesh_.full = false;
  mesh_.nodes[0].peers = {"b"};
  mesh_.nodes[2].peers = {"b"};
  cut_link("b", "c");
  cut_segment("a", "c");
  cut_segment("b", "c");
  status("c").mutable_bridge()->set_root_id("3000.c");
  EXPECT_THAT(
      findings(),
      ElementsAre(HasSubstr("check-no-frames a-c: no frame passes between them; they are on two "
                            "islands"),
                  HasSubstr("check-no-handshake b-c: no handshake; no UDP packet arrives")));
}

TEST_F(AMeshThatRuns, ANodeCannotBeAsked) {
  seen_.nodes["b"] = {};
  seen_.nodes["b"].unreachable = "connect to 192.0.2.2 port 22: no answer";
  seen_.measured.erase("b");
  EXPECT_THAT(
      findings(),
      ElementsAre(HasSubstr("check-node-unasked b: cannot be asked: connect to 192.0.2.2")));
}

TEST_F(AMeshThatRuns, TwoEndpointsAreSwapped) {
  cut_link("b", "c");
  peer("b", "c").set_endpoint("192.0.2.2:51820");
  peer("c", "b").set_endpoint("192.0.2.3:51820");
  EXPECT_THAT(findings(),
              ElementsAre(HasSubstr("check-no-handshake b-c: no handshake; the endpoint of c "
                                    "(192.0.2.2:51820) is the address of b: are the two "
                                    "swapped in mesh.yaml?")));
}

TEST_F(AMeshThatRuns, ANameDoesNotResolve) {
  proto::EndpointRoute& route = *seen_.nodes["a"].hello->add_routes();
  route.set_node("b");
  route.set_error("no such name");
  EXPECT_THAT(findings(),
              ElementsAre(HasSubstr(
                  "mesh-endpoint-unreachable a: endpoint of b: no such name; correct the")));
}

TEST_F(AMeshThatRuns, AClockIsWrongAndTheMtuDiffers) {
  seen_.nodes["c"].clock_skew = -90s;
  status("b").mutable_bridge()->set_mtu(1300);
  EXPECT_THAT(
      findings(),
      ElementsAre(HasSubstr("check-clock-skewed c: its clock is 90 s behind the controller's"),
                  HasSubstr("check-mtu-differs : the MTU differs: 1300 on b, 1362 on a and c")));
}

TEST_F(AMeshThatRuns, IsDownOnANode) {
  status("b").set_is_up(false);
  status("b").set_taken_down(true);
  EXPECT_THAT(findings(),
              ElementsAre(HasSubstr(
                  "check-mesh-not-up b: the mesh is not up there; it was taken down: run")));
}

TEST_F(AMeshThatRuns, IsATable) {
  EXPECT_EQ(render_check(mesh_, seen_, {}),
            "from \\ to  a          b          c\n"
            "a          -          3.0ms 20s  3.0ms 20s\n"
            "b          3.0ms 20s  -          3.0ms 20s\n"
            "c          3.0ms 20s  3.0ms 20s  -\n"
            "\n"
            "round trip over the segment, age of the latest handshake\n"
            "\n"
            "Nothing is wrong.\n");
  cut_segment("a", "b");
  seen_.measured["a"]["c"].segment->large_passes = false;
  const std::string text = render_check(mesh_, seen_, diagnose(mesh_, seen_));
  EXPECT_THAT(text, HasSubstr("a          -          lost 20s   3.0ms mtu! 20s\n"));
  EXPECT_THAT(text, HasSubstr("\na-b: the link works, but no frame passes between them\n  GRE"));
}

// tests/check-schemas compares these files with their schema.
TEST_F(AMeshThatRuns, IsJsonForPrograms) {
  const std::string golden = std::string(WGMESH_TEST_DATA) + "/golden/";
  expect_golden(golden + "check.json", render_check_json(mesh_, seen_, {}));
  cut_segment("a", "b");
  seen_.measured["a"]["c"].inner.reset();
  seen_.measured["b"]["c"].inner->error = "Network is unreachable";
  seen_.nodes["c"] = {};
  seen_.nodes["c"].unreachable = "no route to host";
  expect_golden(golden + "check-faults.json",
                render_check_json(mesh_, seen_, diagnose(mesh_, seen_)));
}

// Its addresses are not those of the mesh file, so nobody was sent there.
TEST_F(AMeshThatRuns, APairThatWasNotAskedIsJudgedByItsHandshakes) {
  seen_.measured["a"]["b"].inner.reset();
  seen_.measured["b"]["a"].inner.reset();
  EXPECT_THAT(diagnose(mesh_, seen_), IsEmpty());
  peer("a", "b").set_latest_handshake(0);
  const auto findings = diagnose(mesh_, seen_);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].where, "a-b");
  EXPECT_EQ(findings[0].what, "no handshake");
}

TEST_F(AMeshThatRuns, APairWithoutAnEndpointIsAFaultIfNobodyCarriesIt) {
  mesh_.nodes[1].endpoint.reset();
  mesh_.nodes[2].endpoint.reset();
  cut_segment("b", "c");
  mesh_.learned.no_links[{"b", "c"}] = {NoLink::Why::kPortDiffers, "c", "c at 203.0.113.3"};
  mesh_.loop_prevention = LoopPrevention::kSplitHorizon;
  EXPECT_THAT(findings(),
              ElementsAre("mesh-pair-unlinked b-c: no direct link: c's NAT gives each peer another "
                          "port; forward UDP port 51820 on c's router, or give c an endpoint"));
  mesh_.loop_prevention = LoopPrevention::kStp;
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("check-no-frames b-c")));
}

}  // namespace
}  // namespace wgmesh::diagnosis_test
