#include "agent/session/short_hello.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/link_octet.h"

namespace wgmesh::short_hello_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

proto::Open open_of(std::initializer_list<const char*> peers) {
  proto::Open open;
  open.set_node("me");
  for (const char* peer : peers) {
    proto::OpenPeer& out = *open.add_peers();
    out.set_node(peer);
    out.set_endpoint(std::string(peer) + ".example:51820");
  }
  return open;
}

void add_route(proto::Hello& hello, const char* node, const char* address, unsigned mtu) {
  proto::EndpointRoute& route = *hello.add_routes();
  route.set_node(node);
  route.set_address(address);
  route.set_mtu(mtu);
}

TEST(ShortHello, HasTheStartOfEachProofInItsPlace) {
  proto::Hello hello;
  proto::PresharedProof& proof = *hello.add_preshared();
  proof.set_node("c");
  proof.set_proof("abcdefghijklmnopqrstuvwxyz012345");
  shorten(open_of({"a", "b", "c"}), hello);
  EXPECT_EQ(hello.short_proofs(), std::string(16, '\0') + "abcdefgh");
  EXPECT_THAT(hello.preshared(), IsEmpty());
}

TEST(ShortHello, SaysRoutesThatAgreeOnce) {
  proto::Hello hello;
  add_route(hello, "a", "192.0.2.1", 1500);
  add_route(hello, "b", "192.0.2.2", 1500);
  add_route(hello, "c", "2001:db8::1", 1500);
  add_route(hello, "d", "192.0.2.4", 1400);
  hello.add_routes()->set_node("e");
  hello.mutable_routes(4)->set_error("no such name");
  shorten(open_of({"a", "b", "c", "d", "e"}), hello);
  ASSERT_EQ(hello.route_groups_size(), 3);
  EXPECT_EQ(hello.route_groups(0).address(), "192.0.2.1");
  EXPECT_THAT(hello.route_groups(0).peers(), ElementsAre(0, 1));
  EXPECT_THAT(hello.route_groups(1).peers(), ElementsAre(2));
  EXPECT_EQ(hello.route_groups(2).mtu(), 1400u);
  ASSERT_EQ(hello.routes_size(), 1);
  EXPECT_EQ(hello.routes(0).error(), "no such name");
}

TEST(ShortHello, SaysRoutesApartThatDifferInTheirSource) {
  proto::Hello hello;
  for (const char* node : {"a", "b", "c"}) { add_route(hello, node, "192.0.2.1", 1500); }
  hello.mutable_routes(0)->set_source("192.168.1.7");
  hello.mutable_routes(1)->set_source("10.0.0.7");
  hello.mutable_routes(2)->set_source("192.168.1.7");
  shorten(open_of({"a", "b", "c"}), hello);
  ASSERT_EQ(hello.route_groups_size(), 2);
  EXPECT_EQ(hello.route_groups(0).source(), "192.168.1.7");
  EXPECT_THAT(hello.route_groups(0).peers(), ElementsAre(0, 2));
  EXPECT_EQ(hello.route_groups(1).source(), "10.0.0.7");
}

TEST(ShortHello, LeavesOutStoredPeersThatOpenNames) {
  proto::Hello hello;
  hello.mutable_identity()->set_node("me");
  for (const char* peer : {"a", "gone", "b"}) {
    hello.add_stored_peers(peer);
    hello.mutable_identity()->add_peer_keys(std::string("key of ") + peer);
    proto::StoredCost& cost = *hello.add_stored_costs();
    cost.set_node(peer);
    cost.set_path_cost(7);
  }
  shorten(open_of({"b", "new", "a"}), hello);
  EXPECT_TRUE(hello.knows_opened_peers());
  EXPECT_THAT(hello.stored_peers(), ElementsAre("gone"));
  EXPECT_THAT(hello.identity().peer_keys(), ElementsAre("key of gone"));
  EXPECT_THAT(hello.opened_costs(), ElementsAre(7, 0, 7));
  EXPECT_THAT(hello.stored_costs(), IsEmpty());
}

// Its peers tell whose plan it is.
TEST(ShortHello, TellsThePlanOfAnotherNodeWhole) {
  proto::Hello hello;
  hello.mutable_identity()->set_node("another");
  hello.add_stored_peers("a");
  hello.mutable_identity()->add_peer_keys("key");
  shorten(open_of({"a"}), hello);
  EXPECT_FALSE(hello.knows_opened_peers());
  EXPECT_THAT(hello.stored_peers(), ElementsAre("a"));
}

// With a thousand peers it is told in 16 KiB.
TEST(ShortHello, OfAThousandPeersIsSmall) {
  proto::Open open;
  open.set_node("me");
  proto::Hello hello;
  hello.mutable_identity()->set_node("me");
  for (int i = 0; i < 999; ++i) {
    const std::string peer = "node" + std::to_string(i);
    open.add_peers()->set_node(peer);
    proto::PresharedProof& proof = *hello.add_preshared();
    proof.set_node(peer);
    proof.set_proof(std::string(32, 'p'));
    add_route(hello, peer.c_str(), "2001:db8::1", 1500);
    hello.mutable_routes(i)->set_source("2001:db8::2");
    hello.add_stored_peers(peer);
    hello.mutable_identity()->add_peer_keys(std::string(32, 'k'));
    hello.add_stored_costs()->set_node(peer);
    hello.mutable_stored_costs(i)->set_path_cost(20'000);
  }
  shorten(open, hello);
  EXPECT_LE(hello.ByteSizeLong(), 16u << 10);
}

TEST(ShortStatus, HasAnOctetForEachLink) {
  proto::Status status;
  status.set_is_up(true);
  status.mutable_bridge()->set_root_id("1000.020000000001");
  for (const char* name : {"b", "a"}) {
    proto::PeerStatus& peer = *status.mutable_device()->add_peers();
    peer.set_node(name);
    peer.set_latest_handshake(*name == 'a' ? 12 : 0);
    proto::PortStatus& port = *status.add_ports();
    port.set_peer(name);
    port.set_state(*name == 'a' ? "forwarding" : "blocking");
  }
  shorten(open_of({"a", "b", "c"}), {}, status);
  ASSERT_EQ(status.links().size(), 3u);
  const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(status.links()[i]); };
  EXPECT_EQ(octet(0), link_octet(true, "forwarding"));
  EXPECT_EQ(octet(1), link_octet(false, "blocking"));
  EXPECT_EQ(octet(2), link_octet(false, ""));
  EXPECT_THAT(status.ports(), IsEmpty());
  EXPECT_THAT(status.device().peers(), IsEmpty());
  EXPECT_EQ(status.bridge().root_id(), "1000.020000000001");
}

// From where such a peer sends is only seen by those that it sends to.
TEST(ShortStatus, KeepsPeersWithoutAnEndpointOnDemand) {
  proto::Status status;
  for (const char* name : {"b", "a", ""}) {
    proto::PeerStatus& peer = *status.mutable_device()->add_peers();
    peer.set_node(name);
    peer.set_endpoint("203.0.113.9:40000");
  }
  proto::Open open = open_of({"a", "b"});
  open.mutable_peers(0)->clear_endpoint();
  proto::AskStatus wanted;
  wanted.set_links_only(true);
  wanted.set_sightings(true);
  shorten(open, wanted, status);
  EXPECT_EQ(status.links().size(), 2u);
  ASSERT_EQ(status.device().peers_size(), 1);
  EXPECT_EQ(status.device().peers(0).node(), "a");
  EXPECT_EQ(status.device().peers(0).endpoint(), "203.0.113.9:40000");
}

}  // namespace
}  // namespace wgmesh::short_hello_test
