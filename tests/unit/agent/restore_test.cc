// `wgmesh-agent restore` on a node whose kernel has forgotten everything.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/commands.h"
#include "agent/store/atomic_file.h"
#include "agent/store/journal.h"
#include "agent/store/lock.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"

namespace wgmesh::restore_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Restore : public testing::Test {
 protected:
  void reboot() { node.kernel.interfaces().clear(); }
  State seen() { return node.kernel.observe({"test", {}, {"eth1"}}).state; }
  void run(int expected, const std::string& mesh = {}) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int result = run_restore(node.this_node, mesh);
    out = testing::internal::GetCapturedStdout();
    err = testing::internal::GetCapturedStderr();
    EXPECT_EQ(result, expected) << out << err;
  }
  void take_down() {
    TestSession session(node);
    session.open(open_for(plan));
    session.propose(proto::DOWN);
    session.apply();
    session.commit();
  }

  TestNode node;
  proto::Plan plan = plan_with_addresses();
  std::string out, err;
};

TEST_F(Restore, BringsBackWhatWasAndWritesNothing) {
  bring_up(node, plan);
  const State before = seen();
  const auto files = node.files();
  ASSERT_TRUE(before.wireguard->peers.begin()->second.endpoint);
  reboot();
  run(0);
  EXPECT_EQ(out, "test: restored\n");
  EXPECT_EQ(err, "");
  EXPECT_EQ(seen(), before);
  EXPECT_EQ(node.files(), files);
  run(0, "test");
  EXPECT_EQ(out, "test: is up already\n");
}

TEST_F(Restore, WhatWasTakenDownStaysDown) {
  bring_up(node, plan);
  take_down();
  const auto files = node.files();
  reboot();
  run(0);
  EXPECT_EQ(out, "test: stays down\n");
  EXPECT_EQ(seen(), State{});
  EXPECT_EQ(node.files(), files);
}

TEST_F(Restore, DamagedFilesAreNamedAndNothingIsHalfRestored) {
  bring_up(node, plan);
  const std::string folder = node.store().folder("test") + "/";
  for (const std::string file : {"plan", "private_key", "preshared_keys", "endpoints"}) {
    const auto whole = read_file(folder + file);
    write_file(folder + file, whole->substr(0, whole->size() - 3));
    reboot();
    run(1);
    EXPECT_EQ(out, "test: not restored\n");
    EXPECT_THAT(err, AllOf(HasSubstr("test/" + file + ": does not match its checksum"),
                           HasSubstr("mesh up")));
    EXPECT_EQ(seen(), State{});
    write_file(folder + file, *whole);
  }
  remove_file(folder + "private_key");
  run(1);
  EXPECT_THAT(err, HasSubstr("the plan or the private key is missing in " +
                             node.store().folder("test") + "\n  run `mesh up`"));
  EXPECT_EQ(seen(), State{});
}

TEST_F(Restore, OneThatFailsDoesNotKeepOthersDown) {
  bring_up(node, plan);
  make_folder(node.store().folder("another"));
  write_file(node.store().folder("another") + "/plan", "nonsense");
  reboot();
  run(1);
  EXPECT_EQ(out, "another: not restored\ntest: restored\n");
  EXPECT_TRUE(seen().bridge);
  reboot();
  run(0, "test");
}

TEST_F(Restore, AMeshThatIsNotStoredIsAnError) {
  EXPECT_THROW(run_restore(node.this_node, "test"), Error);
  run(0);
  EXPECT_EQ(out, "");
}

TEST_F(Restore, FinishesWhatThePowerCutLeftOpen) {
  bring_up(node, plan);
  const State old_state = seen();
  for (const bool is_committed : {false, true}) {
    StoredMesh next = node.store().load("test").mesh;
    next.plan->mutable_bridge()->set_priority(77);
    const auto files = node.store().changes("test", next);
    node.store().stage("test", next, files);
    const Journal journal(node.store(), "test");
    journal.begin({old_state, old_state, files, "root@gone", "another boot"});
    if (is_committed) { journal.commit(); }
    reboot();
    run(0);
    EXPECT_THAT(err,
                HasSubstr(is_committed ? "finished the interrupted" : "undone the interrupted"));
    EXPECT_EQ(seen().bridge->priority, is_committed ? 77 : old_state.bridge->priority);
    EXPECT_FALSE(journal.open());
  }
}

TEST_F(Restore, AFirstUpThatWasCutLeavesNothing) {
  StoredMesh next;
  next.private_key = secret_of(1);
  const auto files = node.store().changes("test", next);
  node.store().stage("test", next, files);
  Journal(node.store(), "test").begin({{}, {}, files, "root@gone", "another boot"});
  run(0);
  EXPECT_EQ(out, "test: nothing is stored\n");
  EXPECT_THAT(node.files(), testing::IsEmpty());
}

TEST_F(Restore, GoesOnWithoutABridgePortThatIsNotThereYet) {
  node.kernel.put(FakeInterface{.name = "eth1", .mtu = 1500, .up = true});
  plan.add_bridge_ports("eth1");
  bring_up(node, plan);
  const auto files = node.files();
  reboot();
  run(1);
  EXPECT_EQ(out, "test: restored\n");
  EXPECT_THAT(err, HasSubstr("bridge_ports: there is no interface eth1\n"));
  EXPECT_EQ(seen().tunnels.size(), 3u);
  node.kernel.put(FakeInterface{.name = "eth1", .mtu = 1500, .up = true});
  run(0);
  EXPECT_EQ(seen().foreign_ports.at("eth1").master, "br-test");
  EXPECT_EQ(node.files(), files);
}

TEST_F(Restore, WaitsForNobodyForEver) {
  bring_up(node, plan);
  reboot();
  const MeshLock lock(node.this_node.paths.run, "test", {"root@ci7", 1, 0, 1},
                      std::chrono::seconds(1));
  run(kExitLocked);
  EXPECT_THAT(err, HasSubstr("locked by root@ci7"));
}

}  // namespace
}  // namespace wgmesh::restore_test
