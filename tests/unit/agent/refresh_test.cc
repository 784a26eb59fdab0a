// `wgmesh-agent refresh` on a node whose peers have moved.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <ctime>
#include <functional>
#include <vector>

#include "agent/commands.h"
#include "agent/peers/endpoints.h"
#include "agent/store/atomic_file.h"
#include "agent/store/lock.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::refresh_test {
namespace {

using ::testing::HasSubstr;

class Refresh : public testing::Test {
 protected:
  Refresh() {
    bring_up(node, plan);
    node.this_node.probe = [this](const proto::Open& open, const ResolvedEndpoints&,
                                  const KernelReading&, const std::set<std::string>&,
                                  proto::Hello& hello) {
      for (const proto::OpenPeer& peer : open.peers()) {
        proto::EndpointRoute& route = *hello.add_routes();
        route.set_node(peer.node());
        if (fault.empty()) {
          route.set_address(to_text(address));
        } else {
          route.set_error(fault);
        }
      }
    };
  }

  std::optional<SocketAddress> endpoint() {
    const State state = node.kernel.observe({"test", {}, {}}).state;
    return state.wireguard->peers.at(*public_key_from(plan.peers(0).public_key())).endpoint;
  }
  void run(int expected) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    EXPECT_EQ(run_refresh(node.this_node, {}), expected);
    out = testing::internal::GetCapturedStdout();
    err = testing::internal::GetCapturedStderr();
  }

  TestNode node;
  proto::Plan plan = plan_with_addresses();
  IpAddress address = *parse_ip("192.0.2.200");
  std::string fault, out, err;
};

TEST_F(Refresh, FollowsAPeerThatIsQuiet) {
  const auto before = endpoint();
  run(0);
  ASSERT_NE(endpoint(), before);
  EXPECT_EQ(endpoint()->address, address);
  EXPECT_EQ(endpoint()->port, before->port);
  EXPECT_THAT(out, HasSubstr("at another address now"));
  run(0);
  EXPECT_THAT(out, HasSubstr("at the same address"));
}

TEST_F(Refresh, LeavesALivePeerWhereItWasSeenLast) {
  const auto before = endpoint();
  for (const proto::Peer& peer : plan.peers()) {
    node.kernel.latest_handshakes[*public_key_from(peer.public_key())] = std::time(nullptr) - 60;
  }
  run(0);
  EXPECT_EQ(endpoint(), before);
  EXPECT_EQ(out, "test: no peer is quiet\n");
}

TEST_F(Refresh, SaysWhatDoesNotResolveAndChangesNothing) {
  const auto before = endpoint();
  fault = "no such name";
  run(1);
  EXPECT_EQ(endpoint(), before);
  EXPECT_THAT(err, HasSubstr("wgmesh-agent: test: endpoint of mesh1: no such name; endpoint of "));
}

TEST_F(Refresh, LooksUpPeersAgainAfterTheClockWasSetBackADay) {
  const auto before = endpoint();
  for (const proto::Peer& peer : plan.peers()) {
    node.kernel.latest_handshakes[*public_key_from(peer.public_key())] =
        std::time(nullptr) + 86'400;
  }
  run(0);
  EXPECT_NE(endpoint(), before);
  EXPECT_THAT(out, HasSubstr("at another address now"));
}

TEST_F(Refresh, SaysThatAPlanIsDamagedAndNotThatTheMeshIsDown) {
  write_file(node.store().folder("test") + "/plan", "nonsense");
  run(1);
  EXPECT_THAT(err, HasSubstr("test/plan: has no header line\n  run `mesh up`, which makes what is "
                             "missing anew\n"));
}

// mesh1 is dialled, and lives; the others were learned.
class RefreshOfLearnedPeers : public testing::Test {
 protected:
  RefreshOfLearnedPeers() {
    for (int i = 1; i < plan.peers_size(); ++i) { plan.mutable_peers(i)->set_learned(true); }
    bring_up(node, plan);
    set_live(0);
    node.this_node.probe = [this](const proto::Open&, const ResolvedEndpoints&,
                                  const KernelReading&, const std::set<std::string>&,
                                  proto::Hello&) { names_were_asked = true; };
    node.this_node.ask_peers = [this](const LocateErrand& errand) {
      asked.push_back(errand);
      if (meanwhile) { meanwhile(); }
      return seen;
    };
  }
  PublicKey key(int peer) const { return *public_key_from(plan.peers(peer).public_key()); }
  void set_live(int peer) { node.kernel.latest_handshakes[key(peer)] = std::time(nullptr) - 60; }
  std::optional<SocketAddress> endpoint(int peer) {
    return node.kernel.observe({"test", {}, {}}).state.wireguard->peers.at(key(peer)).endpoint;
  }
  std::string refreshed() {
    testing::internal::CaptureStdout();
    EXPECT_EQ(run_refresh(node.this_node, {}), 0);
    return testing::internal::GetCapturedStdout();
  }

  TestNode node;
  proto::Plan plan = plan_with_addresses();
  std::vector<LocateErrand> asked;
  std::function<void()> meanwhile;
  Sightings seen;
  bool names_were_asked = false;
};

TEST_F(RefreshOfLearnedPeers, AsksThoseThatItDialsAndFollowsWhatTheySay) {
  const SocketAddress there = *parse_socket_address("203.0.113.7:4711");
  seen = {{key(1), there}};
  EXPECT_EQ(refreshed(), "test: 2 quiet, 1 at another address now\n");
  EXPECT_EQ(endpoint(1), there);
  EXPECT_EQ(endpoint(2), parse_socket_address(plan.peers(2).endpoint()));
  EXPECT_FALSE(names_were_asked);
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].own, parse_prefix(plan.device().inner_address())->address);
  EXPECT_THAT(asked[0].common, testing::ElementsAre(*parse_ip(plan.peers(0).inner_address())));
  EXPECT_THAT(asked[0].keys, testing::UnorderedElementsAre(key(1), key(2)));
  EXPECT_TRUE(asked[0].may_be(there));
  EXPECT_FALSE(asked[0].may_be({asked[0].own, 51820}));
  EXPECT_FALSE(asked[0].may_be(*parse_socket_address("10.1.2.3:51820")));
  EXPECT_EQ(refreshed(), "test: 2 quiet, at the same address\n");
}

TEST_F(RefreshOfLearnedPeers, AsksNobodyWhileTheyLive) {
  set_live(1);
  set_live(2);
  EXPECT_EQ(refreshed(), "test: no peer is quiet\n");
  EXPECT_TRUE(asked.empty());
}

TEST_F(RefreshOfLearnedPeers, LeavesOneThatCameBackMeanwhileWhereItWasHeard) {
  seen = {{key(1), *parse_socket_address("203.0.113.7:4711")}};
  meanwhile = [this] { set_live(1); };
  const auto before = endpoint(1);
  EXPECT_EQ(refreshed(), "test: 1 quiet, at the same address\n");
  EXPECT_EQ(endpoint(1), before);
}

// The one behind the same router was found at its local address.
TEST_F(RefreshOfLearnedPeers, AsksWhereItIsSeenItselfIfAPeerIsNear) {
  plan.mutable_peers(1)->set_endpoint("192.168.1.3:51820");
  bring_up(node, plan);
  const SocketAddress outside = *parse_socket_address("203.0.113.7:4711");
  const PublicKey own = *public_key_from(node.kernel.measure("test").device().public_key());
  seen = {{key(1), outside}, {own, *parse_socket_address("203.0.113.7:51820")}};
  refreshed();
  EXPECT_THAT(asked.at(0).keys, testing::Contains(own));
  EXPECT_EQ(endpoint(1), outside);  // it was at its local address, and quiet
  refreshed();
  EXPECT_EQ(endpoint(1), parse_socket_address("192.168.1.3:51820"));
}

TEST_F(RefreshOfLearnedPeers, DoesNotSendToItself) {
  const SocketAddress outside = *parse_socket_address("203.0.113.7:4711");
  const SocketAddress local = *parse_socket_address("192.168.1.3:51820");
  plan.mutable_peers(1)->set_endpoint(to_text(local));
  bring_up(node, plan);
  seen = {{key(1), outside}};
  refreshed();
  node.kernel.put({.name = "eth0", .addresses = {*parse_prefix("192.168.1.3/24")}});
  const PublicKey own = *public_key_from(node.kernel.measure("test").device().public_key());
  seen.emplace(own, outside);
  EXPECT_EQ(refreshed(), "test: 2 quiet, at the same address\n");
  EXPECT_EQ(endpoint(1), outside);
}

TEST_F(RefreshOfLearnedPeers, HoldsNoLockWhileItAsks) {
  meanwhile = [this] {
    const Holder other{"mesh up", kEndsSoon, std::time(nullptr), ::getpid()};
    EXPECT_NO_THROW(MeshLock(node.this_node.paths.run, "test", other, {}));
  };
  refreshed();
  EXPECT_EQ(asked.size(), 1u);
}

}  // namespace
}  // namespace wgmesh::refresh_test
