#include "agent/recovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/atomic_file.h"
#include "agent/diff.h"
#include "tests/support/wgmesh_agent_room/example_plan.h"
#include "tests/support/wgmesh_agent_room/test_node.h"

namespace wgmesh {
namespace {

using ::testing::HasSubstr;

State without_last_peer(const State& state) {
  State fewer = state;
  fewer.tunnels.erase(std::prev(fewer.tunnels.end()));
  fewer.wireguard->peers.erase(std::prev(fewer.wireguard->peers.end()));
  return fewer;
}

// A node that is at the commit point of dropping a peer: everything is applied, nothing deleted.
struct Interrupted {
  Interrupted() {
    node.kernel.put(before);
    const auto operations = diff(after, node.kernel.observe({"test", {}, {}}).state);
    node.kernel.apply(std::span(operations).first(first_deletion(operations)), [](std::size_t) {});
    stored.private_key = before.wireguard->private_key;
    files = node.store().changes("test", stored);
    node.store().stage("test", stored, files);
    Journal(node.store(), "test").begin({before, after, files, "root@gone", boot_id()});
  }
  State seen() { return node.kernel.observe({"test", {}, {}}).state; }

  TestNode node;
  State before = example_state(example_plan());
  State after = without_last_peer(before);
  StoredMesh stored;
  std::vector<Staged> files;
};

TEST(Recovery, GoesBackBeforeTheCommitPoint) {
  Interrupted here;
  EXPECT_FALSE(matches(here.before, here.seen()));
  const auto said = finish_open_transaction(here.node.kernel, here.node.store(), "test");
  EXPECT_THAT(said.value(), HasSubstr("undone the interrupted change that root@gone"));
  EXPECT_TRUE(matches(here.before, here.seen()));
  EXPECT_THAT(here.node.files(), ::testing::IsEmpty());
  EXPECT_FALSE(finish_open_transaction(here.node.kernel, here.node.store(), "test"));
}

TEST(Recovery, GoesForwardBehindIt) {
  Interrupted here;
  Journal(here.node.store(), "test").commit();
  const auto said = finish_open_transaction(here.node.kernel, here.node.store(), "test");
  EXPECT_THAT(said.value(), HasSubstr("finished the interrupted change that root@gone"));
  EXPECT_TRUE(matches(here.after, here.seen()));
  EXPECT_TRUE(here.node.store().load("test").mesh.private_key);
  EXPECT_EQ(here.node.files().size(), 1u);
}

TEST(Recovery, AfterARebootOnlyFilesAreTakenBack) {
  Interrupted here;
  const Journal journal(here.node.store(), "test");
  journal.begin({here.before, here.after, here.files, "root@gone", "another boot"});
  here.node.kernel.links().clear();
  finish_open_transaction(here.node.kernel, here.node.store(), "test");
  EXPECT_EQ(here.seen(), State{});
  EXPECT_THAT(here.node.files(), ::testing::IsEmpty());
}

// A container that is started again has the same boot and an empty namespace, where even the ports
// of before may be missing.
TEST(Recovery, InAContainerThatWasStartedAgainOnlyFilesAreTakenBack) {
  Interrupted here;
  const Journal journal(here.node.store(), "test");
  const std::string boot = boot_id().substr(0, boot_id().find('/'));
  here.before.foreign_ports["eth1"] = {"br-test", 1500, true};
  journal.begin({here.before, here.after, here.files, "root@gone", boot + "/1234567890123"});
  here.node.kernel.links().clear();
  finish_open_transaction(here.node.kernel, here.node.store(), "test");
  EXPECT_EQ(here.seen(), State{});
  EXPECT_THAT(here.node.files(), ::testing::IsEmpty());
}

// A fake kernel with a peer that sends all the time: it is heard elsewhere before anybody looks.
class BusyKernel final : public Kernel {
 public:
  BusyKernel(FakeKernel& kernel, PublicKey peer) : kernel_(kernel), peer_(peer) {}
  Observation observe(const Scope& scope) override { return kernel_.observe(scope); }
  void apply(std::span<const Operation> operations,
             const std::function<void(std::size_t)>& done) override {
    kernel_.apply(operations, done);
    kernel_.links().at("wg-test").wireguard.peers.at(peer_).endpoint = kElsewhere;
  }
  proto::Status measure(const std::string& mesh) override { return kernel_.measure(mesh); }

  const SocketAddress kElsewhere = parse_socket_address("198.51.100.9:7").value();

 private:
  FakeKernel& kernel_;
  PublicKey peer_;
};

TEST(Recovery, GoesBackWhilePeersRoam) {
  Interrupted here;
  const PublicKey peer = here.before.wireguard->peers.begin()->first;
  BusyKernel kernel(here.node.kernel, peer);
  here.node.kernel.links().at("wg-test").wireguard.peers.at(peer).endpoint = kernel.kElsewhere;
  finish_open_transaction(kernel, here.node.store(), "test");
  EXPECT_FALSE(Journal(here.node.store(), "test").open());
  here.before.wireguard->peers.at(peer).endpoint = kernel.kElsewhere;
  EXPECT_TRUE(matches(here.before, here.seen()));
}

TEST(Recovery, WhatTheKernelRefusesStaysOpen) {
  Interrupted here;
  FakeKernel other;  // has none of the links, and something that is not ours in the way
  other.put(FakeLink{.name = "br-test", .kind = "bridge"});
  EXPECT_THROW(finish_open_transaction(other, here.node.store(), "test"), Error);
  EXPECT_TRUE(Journal(here.node.store(), "test").open());
}

// The kernel shows the root's times, or what it ages its table in while the tree changes, instead.
TEST(Recovery, ATimeThatCannotBeReadIsNoDifferenceAndIsFilledIn) {
  const State before = example_state(example_plan());
  for (auto time : kBridgeTimes) {
    State now = before;
    (*now.bridge).*time = kTimeUnknown;
    EXPECT_TRUE(diff(before, now).empty());
    EXPECT_TRUE(matches(before, now));
    fill_in_times(now, example_plan());
    EXPECT_EQ(now, before);
    (*now.bridge).*time += 2000;
    fill_in_times(now, example_plan());
    EXPECT_EQ(diff(before, now).size(), 1u);
  }
}

TEST(Recovery, ARoamedPeerIsNoDifference) {
  const State wanted = example_state(example_plan());
  State observed = wanted;
  observed.wireguard->peers.begin()->second.endpoint = parse_socket_address("198.51.100.9:7");
  EXPECT_FALSE(diff(wanted, observed).empty());
  EXPECT_TRUE(diff(with_live_endpoints(wanted, observed), observed).empty());
}

}  // namespace
}  // namespace wgmesh
