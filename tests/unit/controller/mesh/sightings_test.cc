#include "controller/mesh/sightings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace wgmesh::sightings_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::int64_t kNow = 1'700'000'000;

SocketAddress at(const std::string& text) { return *parse_socket_address(text); }

// o and p have endpoints, a and b have none. All are up, and a and b have shaken hands with o and p.
struct Scene {
  Scene() {
    mesh.name = "m";
    mesh.network = *parse_prefix("10.9.0.0/24");
    mesh.underlay = *parse_prefix("fd01::/64");
    for (const char* name : {"a", "b", "o", "p"}) {
      Node& node = mesh.nodes.emplace_back();
      node.name = name;
      if (node.name > "b") { node.endpoint = HostPort{name, 51820}; }
      statuses[name].set_is_up(true);
      statuses[name].set_time(kNow);
      facts[name];
    }
  }

  void sees(const std::string& observer, const std::string& node, const std::string& endpoint,
            std::int64_t age = 10) {
    proto::PeerStatus& peer = *statuses[observer].mutable_device()->add_peers();
    peer.set_node(node);
    peer.set_endpoint(endpoint);
    peer.set_latest_handshake(kNow - age);
  }

  void sends_from(const std::string& node, const std::string& source) {
    proto::EndpointRoute& route = *facts[node].add_routes();
    route.set_node("o");
    route.set_source(source);
  }

  std::vector<PairToLearn> candidates() const { return find_pairs_to_learn(mesh, facts, statuses); }

  Mesh mesh;
  Facts facts;
  Statuses statuses;
};

TEST(Sightings, TwoNatsAreTriedWherePeersSeeThem) {
  Scene scene;
  for (const char* observer : {"o", "p"}) {
    scene.sees(observer, "a", "203.0.113.1:51820");
    scene.sees(observer, "b", "203.0.113.2:40000");
  }
  scene.sends_from("a", "192.168.1.10");
  scene.sends_from("b", "192.168.1.10");
  const auto candidates = scene.candidates();
  ASSERT_THAT(candidates, SizeIs(1));
  EXPECT_EQ(candidates[0].pair, LinkName("a", "b"));
  EXPECT_THAT(candidates[0].attempts,
              ElementsAre(Attempt{{at("203.0.113.1:51820"), at("203.0.113.2:40000")},
                                  std::chrono::seconds(15)}));
  EXPECT_EQ(candidates[0].otherwise.why, NoLink::Why::kNoHandshake);
  EXPECT_EQ(candidates[0].otherwise.observed, "a at 203.0.113.1:51820, b at 203.0.113.2:40000");
}

// A node that knows the short form says routes that agree once.
TEST(Sightings, ARouteThatIsToldInShortTellsWhereItBegins) {
  Scene scene;
  scene.sees("o", "a", "203.0.113.1:51820");
  scene.sees("o", "b", "203.0.113.1:40000");
  scene.facts["a"].add_route_groups()->set_source("192.168.1.10");
  scene.facts["b"].add_route_groups()->set_source("192.168.1.11");
  const auto candidates = scene.candidates();
  ASSERT_THAT(candidates, SizeIs(1));
  ASSERT_THAT(candidates[0].attempts, SizeIs(2));
  EXPECT_EQ(candidates[0].attempts[0].link.first->address, *parse_ip("192.168.1.10"));
}

TEST(Sightings, ANatThatGivesEachPeerAnotherPortIsKnownBeforehand) {
  Scene scene;
  scene.sees("o", "a", "203.0.113.1:51820");
  scene.sees("p", "a", "203.0.113.1:51820");
  scene.sees("o", "b", "203.0.113.2:40000");
  scene.sees("p", "b", "203.0.113.2:40001");
  const auto candidates = scene.candidates();
  ASSERT_THAT(candidates, SizeIs(1));
  EXPECT_THAT(candidates[0].attempts, IsEmpty());
  const NoLink expected{NoLink::Why::kPortDiffers, "b", "b at 203.0.113.2"};
  EXPECT_EQ(candidates[0].otherwise, expected);
  scene.mesh.learned.no_links[{"a", "b"}] = expected;
  EXPECT_THAT(scene.candidates(), IsEmpty());
}

TEST(Sightings, AnObserverThatContradictsTheOthersMakesNoLink) {
  Scene scene;
  for (const char* observer : {"o", "p"}) { scene.sees(observer, "a", "203.0.113.1:51820"); }
  scene.sees("o", "b", "203.0.113.2:51820");
  scene.sees("p", "b", "198.51.100.9:53");
  const auto candidates = scene.candidates();
  ASSERT_THAT(candidates, SizeIs(1));
  EXPECT_THAT(candidates[0].attempts, IsEmpty());
  EXPECT_EQ(candidates[0].otherwise.why, NoLink::Why::kAddressDiffers);
}

TEST(Sightings, BehindOnePublicAddressTheLocalOnesComeFirst) {
  Scene scene;
  scene.mesh.nodes[0].listen_port = 51900;
  scene.sees("o", "a", "203.0.113.1:51820");
  scene.sees("o", "b", "203.0.113.1:40000");
  scene.sends_from("a", "192.168.1.10");
  scene.sends_from("b", "192.168.1.11");
  const auto candidates = scene.candidates();
  ASSERT_THAT(candidates, SizeIs(1));
  EXPECT_THAT(
      candidates[0].attempts,
      ElementsAre(
          Attempt{{at("192.168.1.10:51900"), at("192.168.1.11:51820")}, std::chrono::seconds(5)},
          Attempt{{at("203.0.113.1:51820"), at("203.0.113.1:40000")}, std::chrono::seconds(15)}));
}

TEST(Sightings, WhatCannotBeSeenFromOutsideIsNeverUsed) {
  for (const char* endpoint :
       {"10.1.2.3:51820", "192.168.1.2:51820", "172.16.9.1:51820", "100.64.0.1:51820",
        "127.0.0.1:51820", "169.254.1.1:51820", "224.0.0.5:51820", "0.0.0.0:51820",
        "10.9.0.7:51820", "[fd01::7]:51820", "[fe80::1]:51820", "[::1]:51820", "[ff02::1]:51820"}) {
    Scene scene;
    scene.sees("o", "a", "203.0.113.1:51820");
    scene.sees("o", "b", endpoint);
    EXPECT_THAT(scene.candidates(), IsEmpty()) << endpoint;
  }
}

TEST(Sightings, NobodyIsToldToDialItself) {
  Scene scene;
  scene.sees("o", "a", "203.0.113.1:51820");
  scene.sees("o", "b", "203.0.113.2:51820");
  scene.sends_from("a", "203.0.113.2");
  EXPECT_THAT(scene.candidates(), IsEmpty());
}

TEST(Sightings, OnlyPeersThatBothCanDialAreAsked) {
  Scene scene;
  scene.sees("a", "b", "203.0.113.66:1");  // no endpoint of its own
  scene.sees("o", "a", "203.0.113.1:51820");
  scene.sees("o", "b", "203.0.113.2:51820", 1000);  // long ago
  EXPECT_THAT(scene.candidates(), IsEmpty());
  scene.sees("p", "a", "203.0.113.1:51820");
  scene.sees("p", "b", "203.0.113.2:51820");
  EXPECT_THAT(scene.candidates(), SizeIs(1));
}

TEST(Sightings, ALinkThatLivesIsLeftAlone) {
  Scene scene;
  scene.mesh.learned.links[{"a", "b"}] = {at("203.0.113.7:7"), at("203.0.113.8:8")};
  scene.sees("o", "a", "203.0.113.1:51820");
  scene.sees("o", "b", "203.0.113.2:51820");
  EXPECT_THAT(scene.candidates(), SizeIs(1));
  scene.sees("a", "b", "203.0.113.2:51820");
  scene.sees("b", "a", "203.0.113.1:51820");
  EXPECT_THAT(scene.candidates(), IsEmpty());
}

TEST(Sightings, WhatWasTriedIsTriedAgainOnlyElsewhere) {
  Scene scene;
  scene.sees("o", "a", "203.0.113.1:51820");
  scene.sees("o", "b", "203.0.113.2:51820");
  scene.mesh.learned.no_links[{"a", "b"}] = scene.candidates().front().otherwise;
  EXPECT_THAT(scene.candidates(), IsEmpty());
  scene.mesh.learned.no_links[{"a", "b"}].observed = "a at 203.0.113.3:51820";
  EXPECT_THAT(scene.candidates(), SizeIs(1));
}

TEST(Sightings, TheFileMaySwitchItOff) {
  Scene scene;
  scene.sees("o", "a", "203.0.113.1:51820");
  scene.sees("o", "b", "203.0.113.2:51820");
  scene.mesh.learn_endpoints = false;
  EXPECT_THAT(scene.candidates(), IsEmpty());
}

}  // namespace
}  // namespace wgmesh::sightings_test
