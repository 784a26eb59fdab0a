#include "agent/change/recovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/change/settle.h"
#include "agent/commands.h"
#include "agent/state/diff.h"
#include "agent/state/observed.h"
#include "agent/store/atomic_file.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/test_node.h"
#include "tests/unit/agent/disk_faults.h"

namespace wgmesh::recovery_test {
namespace {

using ::testing::AllOf;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

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
  here.node.kernel.interfaces().clear();
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
  here.node.kernel.interfaces().clear();
  finish_open_transaction(here.node.kernel, here.node.store(), "test");
  EXPECT_EQ(here.seen(), State{});
  EXPECT_THAT(here.node.files(), ::testing::IsEmpty());
}

// A fake kernel with a peer that sends all the time: it is heard elsewhere before anybody looks.
class BusyKernel final : public Kernel {
 public:
  BusyKernel(FakeKernel& kernel, PublicKey peer) : kernel_(kernel), peer_(peer) {}
  KernelReading read(const std::string& mesh, bool with_counters) override {
    return kernel_.read(mesh, with_counters);
  }
  void apply(std::span<const Operation> operations,
             const std::function<void(std::size_t)>& done) override {
    kernel_.apply(operations, done);
    kernel_.interfaces().at("wg-test").wireguard.peers.at(peer_).endpoint = kElsewhere;
  }

  const SocketAddress kElsewhere = parse_socket_address("198.51.100.9:7").value();

 private:
  FakeKernel& kernel_;
  PublicKey peer_;
};

TEST(Recovery, GoesBackWhilePeersRoam) {
  Interrupted here;
  const PublicKey peer = here.before.wireguard->peers.begin()->first;
  BusyKernel kernel(here.node.kernel, peer);
  here.node.kernel.interfaces().at("wg-test").wireguard.peers.at(peer).endpoint = kernel.kElsewhere;
  finish_open_transaction(kernel, here.node.store(), "test");
  EXPECT_FALSE(Journal(here.node.store(), "test").open());
  here.before.wireguard->peers.at(peer).endpoint = kernel.kElsewhere;
  EXPECT_TRUE(matches(here.before, here.seen()));
}

TEST(Recovery, WhatTheKernelRefusesStaysOpen) {
  const Interrupted here;
  FakeKernel other;  // has none of the interfaces, and something that is not ours in the way
  other.put(FakeInterface{.name = "br-test", .kind = "bridge"});
  EXPECT_THROW(finish_open_transaction(other, here.node.store(), "test"), Error);
  EXPECT_TRUE(Journal(here.node.store(), "test").open());
}

// A kernel that takes every operation and does none.
class IdleKernel final : public Kernel {
 public:
  explicit IdleKernel(FakeKernel& kernel) : kernel_(kernel) {}
  KernelReading read(const std::string& mesh, bool with_counters) override {
    return kernel_.read(mesh, with_counters);
  }
  void apply(std::span<const Operation>, const std::function<void(std::size_t)>&) override {}

 private:
  FakeKernel& kernel_;
};

TEST(Recovery, WhatHasNoEffectStaysOpen) {
  Interrupted here;
  here.node.kernel.interfaces().at("br-test").bridge.priority = 1;
  IdleKernel kernel(here.node.kernel);
  try {
    finish_open_transaction(kernel, here.node.store(), "test");
    FAIL() << "the change was finished";
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr(": has no effect"));
    EXPECT_EQ(error.id(), "change-without-effect");
  }
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

// ---- disks that take nothing ----

TEST(Recovery, AnUndoPutsTheKernelBackOnADiskThatIsReadOnly) {
  Interrupted here;
  make_folder(here.node.folder.path() + "/kept");
  disk::watch(here.node.folder.path(), here.node.folder.path() + "/kept");
  disk::fail_at(1, EROFS, true);
  const auto said = finish_open_transaction(here.node.kernel, here.node.store(), "test");
  disk::stop_watching();
  EXPECT_THAT(said.value(), AllOf(HasSubstr("undone the interrupted change that root@gone"),
                                  HasSubstr("the kernel is as it was, but files of the change "
                                            "are left"),
                                  HasSubstr("Read-only file system")));
  EXPECT_TRUE(matches(here.before, here.seen()));
  EXPECT_TRUE(Journal(here.node.store(), "test").open());
  finish_open_transaction(here.node.kernel, here.node.store(), "test");
  EXPECT_THAT(here.node.files(), ::testing::IsEmpty());
}

TEST(Recovery, ACommittedChangeIsFinishedInTheKernelOnADiskThatIsReadOnly) {
  Interrupted here;
  Journal(here.node.store(), "test").commit();
  make_folder(here.node.folder.path() + "/kept");
  disk::watch(here.node.folder.path(), here.node.folder.path() + "/kept");
  disk::fail_at(1, EROFS, true);
  EXPECT_THROW(finish_open_transaction(here.node.kernel, here.node.store(), "test"), Error);
  disk::stop_watching();
  EXPECT_TRUE(matches(here.after, here.seen()));
  finish_open_transaction(here.node.kernel, here.node.store(), "test");
  EXPECT_TRUE(here.node.store().load("test").mesh.private_key);
}

// Between apply and commit.
TEST(Recovery, ADiskThatTurnsReadOnlyIsNoFailedUndo) {
  TestNode node;
  proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  const State before = node.kernel.observe({"test", {}, {}}).state;
  plan.mutable_bridge()->set_priority(100);
  make_folder(node.folder.path() + "/kept");
  {
    TestSession session(node);
    session.open(open_for(plan));
    session.propose(proto::UP, &plan);
    ASSERT_TRUE(session.apply().has_applied());
    disk::watch(node.this_node.paths.state, node.folder.path() + "/kept");
    disk::fail_at(1, EROFS, true);
    const proto::FromAgent answer = session.commit();
    EXPECT_TRUE(answer.error().undone());
    EXPECT_THAT(answer.error().message(),
                AllOf(HasSubstr("Read-only file system"), HasSubstr("the kernel is as it was"),
                      Not(HasSubstr("undoing it failed"))));
    EXPECT_EQ(node.kernel.observe({"test", {}, {}}).state, before);
  }
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_status(node.this_node, {}, StatusForm::kText), 0);
  disk::stop_watching();
  EXPECT_THAT(testing::internal::GetCapturedStdout(), HasSubstr("mesh: test (up)"));
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("the kernel is as it was, but"));
  bring_up(node, plan);
  EXPECT_FALSE(Journal(node.store(), "test").open());
}

// ---- journals that cannot be read ----

TEST(Recovery, ADamagedJournalIsSetAsideByWhoChangesAndNotByWhoLooks) {
  Interrupted here;
  const std::string path = here.node.store().folder("test") + "/journal.undo";
  write_file(path, "nonsense");
  const Settled seen =
      settle(here.node.kernel, here.node.store(), "test", Errand::kToLook, NodeLog());
  EXPECT_THAT(seen.warnings,
              ::testing::ElementsAre(AllOf(Field(&Said::text, HasSubstr(path + ": does not match")),
                                           Field(&Said::id, "change-stays-open"))));
  EXPECT_TRUE(exists(path));
  const Settled changed =
      settle(here.node.kernel, here.node.store(), "test", Errand::kToChange, NodeLog());
  EXPECT_THAT(changed.finished.value(), HasSubstr("kept as " + path + ".damaged"));
  EXPECT_EQ(here.node.files().size(), 1u);
}

TEST(Recovery, BehindTheCommitPointStagedFilesStandForADamagedJournal) {
  for (const bool are_whole : {true, false}) {
    Interrupted here;
    const std::string folder = here.node.store().folder("test");
    Journal(here.node.store(), "test").commit();
    write_file(folder + "/journal.commit", "nonsense");
    if (!are_whole) { write_file(folder + "/private_key.next", "half"); }
    settle(here.node.kernel, here.node.store(), "test", Errand::kToChange, NodeLog());
    EXPECT_EQ(here.node.store().load("test").mesh.private_key.has_value(), are_whole);
    EXPECT_FALSE(exists(folder + "/private_key.next"));
  }
}

TEST(Recovery, WhoRemovesIsNotKeptFromItByAnUndoThatTheKernelRefuses) {
  const Interrupted here;
  FakeKernel other;
  other.put(FakeInterface{.name = "br-test", .kind = "bridge"});
  EXPECT_THROW(settle(other, here.node.store(), "test", Errand::kToChange, NodeLog()), Error);
  const Settled settled = settle(other, here.node.store(), "test", Errand::kToRemove, NodeLog());
  EXPECT_THAT(settled.warnings,
              ::testing::ElementsAre(Field(&Said::text, HasSubstr("it is removed all the same"))));
  EXPECT_FALSE(Journal(here.node.store(), "test").open());
}

TEST(Recovery, ARoamedPeerIsNoDifference) {
  const State wanted = example_state(example_plan());
  State observed = wanted;
  observed.wireguard->peers.begin()->second.endpoint = parse_socket_address("198.51.100.9:7");
  EXPECT_FALSE(diff(wanted, observed).empty());
  EXPECT_TRUE(diff(with_live_endpoints(wanted, observed), observed).empty());
}

}  // namespace
}  // namespace wgmesh::recovery_test
