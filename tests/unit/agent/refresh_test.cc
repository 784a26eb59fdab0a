// `wgmesh-agent refresh` on a node whose peers have moved.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include "agent/commands.h"
#include "agent/peers/endpoints.h"
#include "agent/store/atomic_file.h"
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
                                  const std::set<std::string>&, proto::Hello& hello) {
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

TEST(RefreshOfLearnedPeers, LeavesThemWhereTheyWereHeard) {
  TestNode node;
  proto::Plan plan = plan_with_addresses();
  for (proto::Peer& peer : *plan.mutable_peers()) { peer.set_learned(true); }
  bring_up(node, plan);
  bool was_asked = false;
  node.this_node.probe = [&](const proto::Open&, const ResolvedEndpoints&,
                             const std::set<std::string>&, proto::Hello&) { was_asked = true; };
  testing::internal::CaptureStdout();
  EXPECT_EQ(run_refresh(node.this_node, {}), 0);
  EXPECT_THAT(testing::internal::GetCapturedStdout(), HasSubstr("no peer is quiet"));
  EXPECT_FALSE(was_asked);
}

}  // namespace
}  // namespace wgmesh::refresh_test
