#include "agent/locate/quiet_peers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgmesh::quiet_peers_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kNow = 1'700'000'000;

PublicKey key_of(std::uint8_t octet) {
  PublicKey key;
  key.octets.fill(octet);
  return key;
}
std::optional<SocketAddress> place(const char* text) { return parse_socket_address(text); }
IpAddress ip(const char* text) { return *parse_ip(text); }

// A node behind NAT: 1 and 2 have endpoints, 3 was learned, 4 dials this node.
struct Example {
  Example() {
    plan.set_network("10.7.0.0/24");
    plan.mutable_device()->set_inner_address("fd00:1::9/64");
    add("n1", 1, "n1.example:51820", false);
    add("n2", 2, "203.0.113.2:51820", false);
    add("n3", 3, "203.0.113.3:51820", true);
    add("n4", 4, "", false);
  }
  void add(const char* node, std::uint8_t octet, const char* endpoint, bool learned) {
    const std::string key(kKeySize, static_cast<char>(octet));
    proto::Peer& peer = *plan.add_peers();
    peer.set_node(node);
    peer.set_public_key(key);
    peer.set_endpoint(endpoint);
    peer.set_learned(learned);
    peer.set_inner_address("fd00:1::" + std::to_string(octet));
    proto::PeerStatus& seen = *status.mutable_device()->add_peers();
    seen.set_public_key(key);
    seen.set_endpoint(place(endpoint) ? endpoint : "192.0.2.1:51820");
    seen.set_latest_handshake(kNow - 10);
  }
  proto::PeerStatus& seen(int place) { return *status.mutable_device()->mutable_peers(place); }

  proto::Plan plan;
  proto::Status status;
};

TEST(QuietLearnedPeers, HaveHadNoHandshakeFor135Seconds) {
  Example example;
  for (int i = 0; i < 4; ++i) { example.seen(i).set_latest_handshake(kNow - 136); }
  const auto quiet = quiet_learned_peers(example.plan, example.status, kNow);
  EXPECT_THAT(quiet, ElementsAre(QuietPeer{"n3", key_of(3), *place("203.0.113.3:51820"),
                                           place("203.0.113.3:51820")}));
  example.seen(2).set_latest_handshake(kNow - 135);
  EXPECT_THAT(quiet_learned_peers(example.plan, example.status, kNow), IsEmpty());
  example.seen(2).set_latest_handshake(0);
  EXPECT_EQ(quiet_learned_peers(example.plan, example.status, kNow).size(), 1u);
}

TEST(QuietLearnedPeers, AreNotThoseThatTheKernelDoesNotHave) {
  Example example;
  example.seen(2).set_public_key(std::string(kKeySize, 9));
  EXPECT_THAT(quiet_learned_peers(example.plan, example.status, kNow), IsEmpty());
}

TEST(CommonPeers, AreThoseThatThisNodeDialsAndThatLive) {
  Example example;
  EXPECT_THAT(common_peers(example.plan, example.status, kNow, 0),
              ElementsAre(ip("fd00:1::1"), ip("fd00:1::2")));
  EXPECT_THAT(common_peers(example.plan, example.status, kNow, 7),
              ElementsAre(ip("fd00:1::2"), ip("fd00:1::1")));
  example.seen(0).set_latest_handshake(kNow - 136);
  EXPECT_THAT(common_peers(example.plan, example.status, kNow, 1), ElementsAre(ip("fd00:1::2")));
  example.seen(1).set_latest_handshake(0);
  EXPECT_THAT(common_peers(example.plan, example.status, kNow, 1), IsEmpty());
}

TEST(MayBeSeenAt, IsOnlyAnAddressFromOutside) {
  const Example example;
  const std::set<IpAddress> own = {ip("198.51.100.1"), ip("2001:db8::1")};
  const auto may_be = [&](const char* text) {
    return may_be_seen_at(*place(text), example.plan, own);
  };
  EXPECT_TRUE(may_be("203.0.113.9:51820"));
  EXPECT_TRUE(may_be("[2001:db8::2]:51820"));
  for (const char* const text :
       {"198.51.100.1:51820", "[2001:db8::1]:1", "10.7.0.3:51820", "[fd00:1::3]:51820",
        "192.168.1.2:51820", "127.0.0.1:51820", "[::1]:51820", "169.254.1.1:51820",
        "[fe80::1]:51820", "224.0.0.1:51820", "[ff02::1]:51820", "255.255.255.255:51820",
        "0.0.0.0:51820", "[::ffff:127.0.0.1]:51820", "[::ffff:203.0.113.9]:51820"}) {
    EXPECT_FALSE(may_be(text)) << text;
  }
  // A mesh whose prefixes would pass for addresses from outside.
  Example outside;
  outside.plan.set_network("203.0.113.0/25");
  outside.plan.mutable_device()->set_inner_address("203.0.113.200/25");
  EXPECT_FALSE(may_be_seen_at(*place("203.0.113.9:1"), outside.plan, {}));
  EXPECT_FALSE(may_be_seen_at(*place("203.0.113.209:1"), outside.plan, {}));
  outside.plan.clear_network();
  EXPECT_FALSE(may_be_seen_at(*place("203.0.113.9:1"), outside.plan, {}));
}

TEST(NextEndpoint, IsWhereThePeerIsSeenNow) {
  const QuietPeer peer{"n3", key_of(3), *place("203.0.113.3:1"), place("203.0.113.3:1")};
  EXPECT_EQ(next_endpoint(peer, place("203.0.113.4:7"), {}), place("203.0.113.4:7"));
  EXPECT_EQ(next_endpoint(peer, place("203.0.113.3:1"), {}), std::nullopt);
  EXPECT_EQ(next_endpoint(peer, {}, place("203.0.113.8:1")), std::nullopt);
}

TEST(NextEndpoint, BehindOneRouterIsThePeersOwnAddressFirst) {
  QuietPeer peer{"n3", key_of(3), *place("192.168.1.3:51820"), place("203.0.113.3:9")};
  const auto own = place("203.0.113.3:51820");
  EXPECT_EQ(next_endpoint(peer, place("203.0.113.3:9"), own), place("192.168.1.3:51820"));
  peer.present = peer.stored;  // which was tried
  EXPECT_EQ(next_endpoint(peer, place("203.0.113.3:9"), own), place("203.0.113.3:9"));
  // It has moved to another home.
  peer.present = place("203.0.113.3:9");
  EXPECT_EQ(next_endpoint(peer, place("203.0.113.77:9"), own), place("203.0.113.77:9"));
  EXPECT_EQ(next_endpoint(peer, place("203.0.113.77:9"), {}), place("203.0.113.77:9"));
}

}  // namespace
}  // namespace wgmesh::quiet_peers_test
