// A mesh of the tool before this one is taken over in whole sessions, with a fake kernel.
#include "agent/session/adoption.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "agent/change/recovery.h"
#include "agent/change/settle.h"
#include "agent/change/transaction.h"
#include "agent/commands.h"
#include "agent/store/atomic_file.h"
#include "agent/store/journal.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/predecessor_node.h"
#include "tests/support/agent/rehearsed_change.h"
#include "tests/unit/agent/disk_faults.h"

namespace wgmesh::adoption_test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> texts_of(const proto::Changes& changes) {
  std::vector<std::string> texts;
  for (const proto::Change& change : changes.changes()) { texts.push_back(change.text()); }
  return texts;
}

std::string octets_of(const PublicKey& key) { return {key.octets.begin(), key.octets.end()}; }

// Every pair keeps its preshared key, as if both ends had proved it.
proto::Changes propose(TestSession& session, const proto::Plan& plan, bool changes_state = true) {
  proto::Open open = open_for(plan);
  open.set_changes_state(changes_state);
  session.open(open);
  const auto answer = session.propose(proto::UP, &plan);
  EXPECT_TRUE(answer.has_changes()) << answer.error().message();
  return answer.changes();
}

// Another session finds nothing to do.
void expect_settled(TestNode& node, const proto::Plan& plan) {
  TestSession again(node);
  EXPECT_THAT(propose(again, plan).changes(), IsEmpty());
}

TEST(Adoption, TheHelloTellsItAndHasItsKeys) {
  TestNode node;
  put_predecessor(node);
  const proto::Plan plan = plan_with_addresses();
  TestSession session(node);
  const proto::Hello hello = session.open(open_for(plan));
  EXPECT_THAT(hello.problems(), IsEmpty());
  EXPECT_THAT(hello.warnings(), IsEmpty());
  EXPECT_FALSE(hello.public_key_is_new());
  EXPECT_EQ(hello.public_key(), octets_of(public_key_of(example_secrets(plan).private_key)));
  EXPECT_EQ(hello.preshared_size(), 3);
}

TEST(Adoption, ThePlanSaysWhatIsTakenOverAndWhatGoes) {
  TestNode node;
  put_predecessor(node);
  const auto before = node.kernel.interfaces();
  TestSession session(node);
  const auto texts = texts_of(propose(session, plan_with_addresses(), false));
  EXPECT_THAT(texts, Contains("adopt " + predecessor_path(node) +
                              ": its private key and 3 preshared keys; rename the file to "
                              "wg-test0.conf.wgmesh-adopted; disable wg-quick@wg-test0.service; "
                              "br-test becomes wgmesh's; remove wg-test0, gt-test1, gt-test2, "
                              "gt-test3"));
  EXPECT_THAT(texts, Contains("wg set wg-test0 listen-port 0 private-key (hidden)"));
  EXPECT_THAT(texts, Contains("ip link del wg-test0"));
  EXPECT_EQ(node.kernel.interfaces(), before);
}

TEST(Adoption, OfInterfacesThatGoTheListHasNoValues) {
  TestNode node;
  put_predecessor(node);
  TestSession session(node);
  const proto::Changes changes = propose(session, plan_with_addresses(), false);
  for (const proto::Change& change : changes.changes()) {
    const bool goes = change.interface() == "wg-test0" || change.interface() == "gt-test1";
    EXPECT_FALSE(goes && !change.values().empty()) << change.text();
  }
}

TEST(Adoption, TheMeshGoesOnWithTheSameKeys) {
  TestNode node;
  put_predecessor(node);
  const proto::Plan plan = plan_with_addresses();
  {
    TestSession session(node);
    propose(session, plan);
    ASSERT_TRUE(session.apply().has_applied());
    EXPECT_TRUE(exists(predecessor_path(node)));
    const auto committed = session.commit();
    ASSERT_TRUE(committed.has_committed());
    EXPECT_THAT(committed.committed().notes(), Contains(HasSubstr(".wgmesh-adopted")));
  }
  const State state = node.kernel.observe({"test", {}, {}}).state;
  const NodeSecrets secrets = example_secrets(plan);
  EXPECT_EQ(state.wireguard->private_key, secrets.private_key);
  for (const auto& [key, peer] : state.wireguard->peers) {
    EXPECT_EQ(peer.preshared_key, secrets.preshared_keys.begin()->second);
  }
  EXPECT_EQ(state.bridge->interface.alias, "wgmesh:test");
  EXPECT_EQ(node.store().load("test").mesh.private_key, secrets.private_key);
  for (const char* name : {"wg-test0", "gt-test1", "gt-test2", "gt-test3"}) {
    EXPECT_FALSE(node.kernel.interfaces().contains(name)) << name;
  }
  EXPECT_FALSE(exists(predecessor_path(node)));
  EXPECT_FALSE(exists(predecessor_link(node)));
  EXPECT_EQ(read_file(predecessor_path(node) + ".wgmesh-adopted"), predecessor_text());

  expect_settled(node, plan);
}

// Whichever operation the kernel refuses.
TEST(Adoption, AFailureBringsEverythingBack) {
  const proto::Plan plan = plan_with_addresses();
  std::size_t fail_at = 1;
  for (bool has_failed = true; has_failed; ++fail_at) {
    TestNode node;
    put_predecessor(node);
    const auto interfaces = node.kernel.interfaces();
    const auto files = node.files();
    node.fault.fail_at = fail_at;
    TestSession session(node);
    propose(session, plan);
    has_failed = !session.apply().has_applied();
    if (!has_failed) { session.undo(); }
    session.close();
    // What was set by hand stays set by hand, which nobody sees.
    node.kernel.interfaces().at("br-test").mtu_is_set_by_hand = false;
    EXPECT_EQ(node.kernel.interfaces(), interfaces) << fail_at;
    EXPECT_EQ(node.files(), files) << fail_at;
  }
  EXPECT_GT(fail_at, 20u);
}

struct Applied {
  Applied() {
    put_predecessor(node);
    interfaces = node.kernel.interfaces();
    WantedChange goal = goal_of(plan_with_addresses());
    goal.predecessor =
        find_predecessor(node.this_node.paths.wireguard, node.this_node.paths.units, "test").found;
    goal.plan->set_generation(1);
    proposal = make_proposal(node.kernel, node.store(), "test", goal);
    entry = {proposal.observed, proposal.desired, proposal.files,
             "root@gone",       boot_id(),        proposal.left_places};
    node.store().stage("test", proposal.stored, proposal.files);
    Journal(node.store(), "test").begin(entry);
    node.kernel.apply(operations_due(proposal.schedule, Due::kApply), [](std::size_t) {});
  }

  TestNode node;
  std::map<std::string, FakeInterface> interfaces;
  Proposal proposal;
  JournalEntry entry;
};

// The power was cut behind the commit point.
struct AfterABoot : Applied {
  AfterABoot() {
    Journal(node.store(), "test").close();
    entry.boot_id = "another boot/1";
    Journal(node.store(), "test").begin(entry);
    Journal(node.store(), "test").commit();
    node.kernel.interfaces().clear();
  }
};

TEST(Adoption, WhoeverFindsTheJournalGoesBack) {
  Applied here;
  const auto said = finish_open_transaction(here.node.kernel, here.node.store(), "test");
  EXPECT_THAT(said.value(), HasSubstr("undone"));
  here.node.kernel.interfaces().at("br-test").mtu_is_set_by_hand = false;
  EXPECT_EQ(here.node.kernel.interfaces(), here.interfaces);
  EXPECT_TRUE(exists(predecessor_path(here.node)));
  EXPECT_TRUE(exists(predecessor_link(here.node)));
}

TEST(Adoption, WhoeverFindsTheJournalBehindTheCommitPointGoesForward) {
  Applied here;
  Journal(here.node.store(), "test").commit();
  const auto said = finish_open_transaction(here.node.kernel, here.node.store(), "test");
  EXPECT_THAT(said.value(), HasSubstr("finished"));
  EXPECT_FALSE(here.node.kernel.interfaces().contains("wg-test0"));
  EXPECT_FALSE(here.node.kernel.interfaces().contains("gt-test1"));
  EXPECT_FALSE(exists(predecessor_path(here.node)));
  EXPECT_FALSE(exists(predecessor_link(here.node)));
  EXPECT_TRUE(here.node.store().load("test").mesh.plan);
}

// The power is cut behind the commit point, and the unit brings the old mesh up at the boot.
TEST(Adoption, WhatABootHasBroughtUpAgainGoesAsAWhole) {
  AfterABoot here;
  put_predecessor_interfaces(here.node.kernel);
  finish_open_transaction(here.node.kernel, here.node.store(), "test");
  EXPECT_THAT(here.node.kernel.interfaces(), IsEmpty());
  EXPECT_FALSE(exists(predecessor_path(here.node)));
}

// As in the sandbox of the unit, where the folders of others are read-only.
TEST(Adoption, FilesThatCannotLeaveTheirPlacesDoNotKeepTheMeshDown) {
  AfterABoot here;
  put_predecessor_interfaces(here.node.kernel);
  const auto interfaces = here.node.kernel.interfaces();
  make_folder(here.node.folder.path() + "/kept");
  disk::watch(here.node.this_node.paths.units, here.node.folder.path() + "/kept");
  disk::fail_at(1, EROFS, true);
  const auto said = finish_open_transaction(here.node.kernel, here.node.store(), "test");
  disk::stop_watching();
  EXPECT_THAT(said.value(), HasSubstr("stay in their places"));
  EXPECT_EQ(here.node.kernel.interfaces(), interfaces);
  EXPECT_FALSE(Journal(here.node.store(), "test").open());
  EXPECT_TRUE(here.node.store().load("test").mesh.plan);
}

TEST(Adoption, ARestoreAtTheBootBringsUpOurMeshThoughItMayNotWriteThere) {
  AfterABoot here;
  make_folder(here.node.folder.path() + "/kept");
  disk::watch(here.node.this_node.paths.units, here.node.folder.path() + "/kept");
  disk::fail_at(1, EROFS, true);
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_restore(here.node.this_node, "test"), 0);
  testing::internal::GetCapturedStdout();
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("stay in their places"));
  disk::stop_watching();
  EXPECT_TRUE(here.node.kernel.interfaces().contains("wg-test"));
  EXPECT_TRUE(exists(predecessor_path(here.node)));
}

TEST(Adoption, ACommandThatOnlyLooksLeavesTheMeshThatABootHasBroughtUpAgain) {
  AfterABoot here;
  put_predecessor_interfaces(here.node.kernel);
  const auto interfaces = here.node.kernel.interfaces();
  const auto settled =
      settle(here.node.kernel, here.node.store(), "test", Errand::kToLook, NodeLog());
  ASSERT_EQ(settled.warnings.size(), 1u);
  EXPECT_EQ(settled.warnings[0].id, "predecessor-waits");
  EXPECT_EQ(here.node.kernel.interfaces(), interfaces);
  EXPECT_TRUE(exists(predecessor_path(here.node)));
  EXPECT_TRUE(Journal(here.node.store(), "test").open());
}

// Else a power cut in between leaves a node whose next boot brings up neither mesh.
TEST(Adoption, OurUnitIsEnabledBeforeTheirsIsDisabled) {
  TestNode node;
  put_predecessor(node);
  make_folder(node.this_node.paths.systemd);
  const std::string log = node.folder.path() + "/systemctl.log";
  write_file(node.this_node.paths.systemctl,
             "#!/bin/sh\ntest -L '" + predecessor_link(node) +
                 "' && old=there\necho \"$* $old\" >>'" + log + "'\n",
             0755);
  TestSession session(node);
  propose(session, plan_with_addresses());
  ASSERT_TRUE(session.apply().has_applied());
  const auto committed = session.commit();
  ASSERT_TRUE(committed.has_committed());
  EXPECT_THAT(read_file(log).value_or(""), HasSubstr("enable wgmesh@test.service there\n"));
  EXPECT_FALSE(exists(predecessor_link(node)));
}

TEST(Adoption, AFileThatCannotBeReadIsAProblemAndNotAnInterfaceWithoutAMark) {
  TestNode node;
  put_predecessor(node);
  std::string text = predecessor_text();
  text.replace(text.find("PresharedKey = ") + 15, 4, "####");
  write_file(predecessor_path(node), text);
  TestSession session(node);
  const proto::Hello hello = session.open(open_for(plan_with_addresses()));
  EXPECT_THAT(hello.problem_ids(), Contains("predecessor-not-adopted"));
  EXPECT_THAT(hello.problems(), Contains(HasSubstr("PresharedKey is no key")));
}

TEST(Adoption, ThePlanNamesPeersThatAreLeftOut) {
  TestNode node;
  put_predecessor(node);
  proto::Plan plan = plan_with_addresses();
  const std::string gone = plan.peers(2).node();
  plan.mutable_peers()->RemoveLast();
  TestSession session(node);
  const auto texts = texts_of(propose(session, plan, false));
  EXPECT_THAT(texts, Contains(HasSubstr("its private key and 2 preshared keys; leave out " + gone +
                                        ", which is no peer of this node any more; rename")));
}

TEST(Adoption, ARotationMakesNewKeysAndSaysSo) {
  TestNode node;
  put_predecessor(node);
  const proto::Plan plan = plan_with_addresses();
  TestSession session(node);
  proto::Open open = open_for(plan);
  open.set_rotates(true);
  session.open(open);
  session.make_secrets(plan);
  const auto answer = session.propose(proto::UP, &plan);
  ASSERT_TRUE(answer.has_changes()) << answer.error().message();
  EXPECT_THAT(texts_of(answer.changes()),
              Contains(HasSubstr(predecessor_path(node) + ": without its keys; rename")));
  ASSERT_TRUE(session.apply().has_applied());
  ASSERT_TRUE(session.commit().has_committed());
  const auto stored = node.store().load("test").mesh;
  EXPECT_NE(stored.private_key, example_secrets(plan).private_key);
  EXPECT_FALSE(exists(predecessor_path(node)));
}

// The file of a user may have a key that the kernel tells otherwise than it was written.
TEST(Adoption, AKeyThatIsNotClampedIsTakenOver) {
  TestNode node;
  put_predecessor(node);
  std::string text = predecessor_text();
  text.replace(text.find("PrivateKey = ") + 13, 44, std::string(42, '/') + "8=");
  write_file(predecessor_path(node), text);
  const proto::Plan plan = plan_with_addresses();
  {
    TestSession session(node);
    propose(session, plan);
    const auto applied = session.apply();
    ASSERT_TRUE(applied.has_applied()) << applied.error().message();
    ASSERT_TRUE(session.commit().has_committed());
  }
  expect_settled(node, plan);
}

// It would go on with the key of this node, and nobody would hear it any more.
TEST(Adoption, IsRefusedWhileANodeOfTheMeshIsLeftOut) {
  TestNode node;
  put_predecessor(node);
  const auto interfaces = node.kernel.interfaces();
  proto::Plan plan = plan_with_addresses();
  const std::string skipped = plan.peers(1).node();
  plan.mutable_peers(1)->Clear();
  plan.mutable_peers(1)->set_node(skipped);
  plan.mutable_peers(1)->set_as_stored(true);
  for (const bool changes_state : {true, false}) {
    TestSession session(node);
    proto::Open open = open_for(plan);
    open.set_changes_state(changes_state);
    session.open(open);
    const auto error = session.propose(proto::UP, &plan).error();
    EXPECT_EQ(error.id(), "predecessor-without-peers");
    EXPECT_EQ(error.kind(), proto::Error::REFUSED);
    EXPECT_THAT(error.message(), HasSubstr("without " + skipped));
    EXPECT_THAT(error.cure(), HasSubstr("`mesh up`"));
  }
  EXPECT_EQ(node.kernel.interfaces(), interfaces);
  EXPECT_TRUE(exists(predecessor_path(node)));
}

TEST(Adoption, IsRefusedForAMeshThatStaysDown) {
  TestNode node;
  put_predecessor(node);
  const auto files = node.files();
  const proto::Plan plan = plan_with_addresses();
  TestSession session(node);
  session.open(open_for(plan));
  const auto error = session.propose(proto::STORE, &plan).error();
  EXPECT_EQ(error.id(), "predecessor-not-stored");
  EXPECT_THAT(error.cure(), HasSubstr("`wg-quick down wg-test0`"));
  session.close();
  EXPECT_EQ(node.files(), files);
}

TEST(Adoption, AFileThatOnlyHasTheNameOfOneIsAWarning) {
  TestNode node;
  make_folder(node.this_node.paths.wireguard);
  std::filesystem::create_symlink("/etc/hostname",
                                  node.this_node.paths.wireguard + "/wg-test1.conf");
  const proto::Plan plan = plan_with_addresses();
  TestSession session(node);
  const proto::Hello hello = session.open(open_for(plan));
  EXPECT_THAT(hello.problems(), IsEmpty());
  EXPECT_THAT(hello.warning_ids(), Contains("predecessor-unread"));
}

TEST(Adoption, BesideABridgeWithoutAMarkSuchAFileIsTheReason) {
  TestNode node;
  put_predecessor(node);
  std::filesystem::rename(predecessor_path(node), node.folder.path() + "/moved");
  std::filesystem::create_symlink(node.folder.path() + "/moved", predecessor_path(node));
  TestSession session(node);
  const proto::Hello hello = session.open(open_for(plan_with_addresses()));
  EXPECT_THAT(hello.problem_ids(), ElementsAre("predecessor-not-adopted", "interface-name-taken"));
  EXPECT_THAT(hello.problems(), Contains(HasSubstr("is a symbolic link, not a file")));
}

TEST(Adoption, WarnsOfAFileThatOthersCouldRead) {
  TestNode node;
  put_predecessor(node);
  const std::string& folder = node.this_node.paths.wireguard;
  const auto ids = [&](unsigned file_mode, unsigned folder_mode) {
    std::filesystem::permissions(predecessor_path(node), std::filesystem::perms(file_mode));
    std::filesystem::permissions(folder, std::filesystem::perms(folder_mode));
    TestSession session(node);
    const proto::Hello hello = session.open(open_for(plan_with_addresses()));
    return std::vector<std::string>(hello.warning_ids().begin(), hello.warning_ids().end());
  };
  EXPECT_THAT(ids(0600, 0755), IsEmpty());
  EXPECT_THAT(ids(0644, 0700), IsEmpty());
  EXPECT_THAT(ids(0644, 0755), ElementsAre("store-key-exposed"));
  EXPECT_THAT(ids(0600, 0777), ElementsAre("store-folder-exposed"));
}

TEST(Adoption, ABridgeWithoutTheFileIsRefusedAsEver) {
  TestNode node;
  put_predecessor_interfaces(node.kernel);
  TestSession session(node);
  const proto::Hello hello = session.open(open_for(plan_with_addresses()));
  EXPECT_THAT(hello.problem_ids(), ElementsAre("interface-name-taken"));
}

TEST(Adoption, ACommittedMeshTakesOverNothing) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  make_folder(node.this_node.paths.wireguard);
  write_file(predecessor_path(node), predecessor_text());
  TestSession session(node);
  EXPECT_THAT(propose(session, plan, false).changes(), IsEmpty());
}

// A power cut has left the file where it was: the keys say whose it is.
TEST(Adoption, OneThatWasInterruptedGoesOn) {
  TestNode node;
  put_predecessor(node);
  const proto::Plan plan = plan_with_addresses();
  {
    TestSession session(node);
    propose(session, plan);
    ASSERT_TRUE(session.apply().has_applied());
    ASSERT_TRUE(session.commit().has_committed());
  }
  write_file(predecessor_path(node), predecessor_text());
  {
    TestSession session(node);
    EXPECT_THAT(texts_of(propose(session, plan)),
                ElementsAre("adopt " + predecessor_path(node) +
                            ": its private key and 3 preshared keys; rename the file to "
                            "wg-test0.conf.wgmesh-adopted.2"));
    ASSERT_TRUE(session.apply().has_applied());
    ASSERT_TRUE(session.commit().has_committed());
  }
  EXPECT_FALSE(exists(predecessor_path(node)));
  expect_settled(node, plan);
}

TEST(Adoption, DownLeavesItAlone) {
  TestNode node;
  put_predecessor(node);
  const auto interfaces = node.kernel.interfaces();
  TestSession session(node);
  session.open(open_for(plan_with_addresses()));
  ASSERT_TRUE(session.propose(proto::DOWN).has_changes());
  session.commit_at_once();
  EXPECT_EQ(node.kernel.interfaces(), interfaces);
  EXPECT_TRUE(exists(predecessor_path(node)));
}

}  // namespace
}  // namespace wgmesh::adoption_test
