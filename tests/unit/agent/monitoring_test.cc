// `wgmesh-agent status --prometheus` and `--check` on a node with a fake kernel.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <memory>

#include "agent/commands.h"
#include "agent/linux/wall_clock.h"
#include "agent/store/atomic_file.h"
#include "agent/store/journal.h"
#include "agent/store/lock.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::monitoring_test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Monitoring : public testing::Test {
 protected:
  void bring_up_with_handshakes() {
    bring_up(node, plan);
    for (const proto::Peer& peer : plan.peers()) {
      node.kernel.latest_handshakes[public_key_from(peer.public_key()).value()] = wall_clock() - 5;
    }
  }
  int check(const std::string& mesh = {}) {
    testing::internal::CaptureStdout();
    const int result = run_check(node.this_node, mesh, {});
    out = testing::internal::GetCapturedStdout();
    return result;
  }
  int metrics(const std::string& output = {}) {
    testing::internal::CaptureStdout();
    const int result = run_metrics(node.this_node, {}, output);
    out = testing::internal::GetCapturedStdout();
    return result;
  }
  void take_down() {
    TestSession session(node);
    session.open(open_for(plan));
    session.propose(proto::DOWN);
    session.apply();
    session.commit();
  }
  std::string stored(const std::string& file) { return node.store().folder("test") + "/" + file; }

  TestNode node;
  proto::Plan plan = plan_with_addresses();
  std::string out;
};

TEST_F(Monitoring, AMeshThatIsAsItWasMadeIsFine) {
  bring_up_with_handshakes();
  EXPECT_EQ(check(), 0);
  EXPECT_THAT(out, StartsWith("WGMESH OK - test: up, 3 of 3 peers|test_peers_missing=0;0;2;0;3 "));
  EXPECT_THAT(out, testing::EndsWith(" test_drift=0;0;;0\n"));
}

TEST_F(Monitoring, PeersMayRoam) {
  bring_up_with_handshakes();
  auto& peers = node.kernel.interfaces()["wg-test"].wireguard.peers;
  peers.begin()->second.endpoint = parse_socket_address("198.51.100.9:999");
  EXPECT_EQ(check(), 0) << out;
  // Also one that has gone quiet: `refresh` may have found another address for it.
  node.kernel.latest_handshakes.clear();
  EXPECT_EQ(metrics(), 0);
  EXPECT_THAT(out, HasSubstr("wgmesh_drift_operations{mesh=\"test\"} 0\n"));
}

TEST_F(Monitoring, WhatSomebodyHasChangedIsDrift) {
  bring_up_with_handshakes();
  node.kernel.interfaces()["br-test"].mtu = 1280;
  EXPECT_EQ(check(), 1);
  EXPECT_THAT(out, HasSubstr("test: up, 3 of 3 peers, 1 change away from what is stored|"));
  EXPECT_EQ(metrics(), 0);
  EXPECT_THAT(out, HasSubstr("wgmesh_drift_operations{mesh=\"test\"} 1\n"));
}

TEST_F(Monitoring, AnInterfaceThatIsDownOrGoneIsCritical) {
  bring_up_with_handshakes();
  node.kernel.interfaces()["br-test"].up = false;
  EXPECT_EQ(check(), 2);
  EXPECT_THAT(out, StartsWith("WGMESH CRITICAL - test: br-test is down, "));
  node.kernel.interfaces().clear();
  EXPECT_EQ(check(), 2);
  EXPECT_THAT(out, StartsWith("WGMESH CRITICAL - test: wg-test is missing, br-test is missing, "));
  EXPECT_EQ(metrics(), 0);
  EXPECT_THAT(out, HasSubstr("wgmesh_up{mesh=\"test\"} 0\n"));
}

TEST_F(Monitoring, WhatIsInTheWayIsNamed) {
  bring_up_with_handshakes();
  node.kernel.interfaces().clear();
  node.kernel.put(FakeInterface{.name = "br-test"});
  EXPECT_EQ(check(), 2);
  EXPECT_THAT(out, HasSubstr("the interface br-test exists and is not wgmesh's"));
}

TEST_F(Monitoring, WithoutAHandshakeItIsCritical) {
  bring_up(node, plan);
  EXPECT_EQ(check(), 2);
  EXPECT_THAT(out, StartsWith("WGMESH CRITICAL - test: up, 3 of 3 peers missing: "));
}

TEST_F(Monitoring, DownOnPurposeIsFine) {
  bring_up_with_handshakes();
  take_down();
  EXPECT_EQ(check(), 0);
  EXPECT_THAT(out, StartsWith("WGMESH OK - test: down on purpose (mesh down)|"));
  EXPECT_EQ(metrics(), 0);
  EXPECT_THAT(out, HasSubstr("wgmesh_taken_down{mesh=\"test\"} 1\n"));
  EXPECT_THAT(out, HasSubstr("wgmesh_drift_operations{mesh=\"test\"} 0\n"));
}

TEST_F(Monitoring, WithoutAMeshNothingIsKnown) {
  EXPECT_EQ(check(), 3);
  EXPECT_EQ(out, "WGMESH UNKNOWN - no mesh is stored on this node\n");
  EXPECT_EQ(check("other"), 3);
  EXPECT_EQ(out, "WGMESH UNKNOWN - the mesh other is not stored on this node\n");
}

TEST_F(Monitoring, ADamagedPlanIsUnknownAndADamagedKeyAWarning) {
  bring_up_with_handshakes();
  const auto key = read_file(stored("private_key"));
  write_file(stored("private_key"), "nonsense");
  EXPECT_EQ(check(), 1);
  EXPECT_THAT(out, HasSubstr("test/private_key: has no header line|"));
  write_file(stored("private_key"), *key);
  write_file(stored("plan"), "nonsense");
  EXPECT_EQ(check(), 3);
  EXPECT_THAT(out, HasSubstr("test/plan: has no header line\n"));
  EXPECT_EQ(metrics(), 0);
  EXPECT_THAT(out, HasSubstr("wgmesh_warnings{mesh=\"test\"} 1\n"));
}

TEST_F(Monitoring, AMissingFileIsNamed) {
  bring_up_with_handshakes();
  remove_file(stored("private_key"));
  EXPECT_EQ(check(), 1);
  EXPECT_THAT(out, HasSubstr("the plan or the private key is missing in "));
}

TEST_F(Monitoring, AChangeOfSomebodyElseIsUnderWay) {
  bring_up_with_handshakes();
  const MeshLock lock(node.this_node.paths.run, "test", {"root@ci7", 7, wall_clock(), 1},
                      std::chrono::milliseconds(0));
  Journal(node.store(), "test").begin({{}, {}, {}, "root@ci7", "this boot"});
  EXPECT_EQ(check(), 0);
  EXPECT_THAT(out, HasSubstr("test: up, 3 of 3 peers, a change is under way|"));
  EXPECT_EQ(metrics(), 0);
  EXPECT_THAT(out, HasSubstr("wgmesh_change_open{mesh=\"test\"} 1\n"));
}

TEST_F(Monitoring, AChangeThatCannotBeFinishedIsAWarning) {
  bring_up_with_handshakes();
  Journal(node.store(), "test").begin({{}, {}, {}, "root@gone", "another boot"});
  node.this_node.paths.run += "/no-folder";
  write_file(node.this_node.paths.run, "");
  EXPECT_EQ(check(), 1);
  EXPECT_THAT(out, HasSubstr("an interrupted change stays open: "));
}

TEST_F(Monitoring, AFileGetsTheMetricsForAllToRead) {
  bring_up_with_handshakes();
  const std::string file = node.folder.path() + "/wgmesh.prom";
  const mode_t before = ::umask(077);
  EXPECT_EQ(metrics(file), 0);
  ::umask(before);
  EXPECT_EQ(out, "");
  EXPECT_THAT(*read_file(file), HasSubstr("wgmesh_up{mesh=\"test\"} 1\n"));
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0644u);
  EXPECT_FALSE(exists(file + ".tmp"));
  EXPECT_EQ(metrics(file), 0) << "the file is there already";
}

TEST_F(Monitoring, ARunThatFailsLeavesTheFormerFile) {
  bring_up_with_handshakes();
  const std::string file = node.folder.path() + "/wgmesh.prom";
  write_file(file, "former\n");
  node.this_node.open_kernel = []() -> std::unique_ptr<Kernel> {
    throw SystemError("open netlink", EPERM);
  };
  EXPECT_THROW(run_metrics(node.this_node, {}, file), SystemError);
  EXPECT_EQ(read_file(file), "former\n");
  EXPECT_EQ(check(), 3);
  EXPECT_EQ(out, "WGMESH UNKNOWN - open netlink: Operation not permitted\n");
}

TEST_F(Monitoring, WhatIsNoFileIsNotReplaced) {
  bring_up_with_handshakes();
  const std::string link = node.folder.path() + "/link.prom";
  ASSERT_EQ(::symlink("/dev/stdout", link.c_str()), 0);
  EXPECT_THROW(run_metrics(node.this_node, {}, link), NotAFile);
  EXPECT_EQ(target_of(link), "/dev/stdout");
}

}  // namespace
}  // namespace wgmesh::monitoring_test
