// A mesh of the tool before this one is taken over in whole sessions, with a fake kernel.
#include "agent/session/adoption.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "agent/change/recovery.h"
#include "agent/change/transaction.h"
#include "agent/store/atomic_file.h"
#include "agent/store/journal.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/predecessor_node.h"
#include "tests/support/agent/rehearsed_change.h"

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

TEST(Adoption, TheHelloTellsItAndHasItsKeys) {
  TestNode node;
  put_predecessor(node);
  const proto::Plan plan = plan_with_addresses();
  TestSession session(node);
  const proto::Hello hello = session.open(open_for(plan));
  EXPECT_THAT(hello.problems(), IsEmpty());
  EXPECT_EQ(hello.adoption().file(), predecessor_path(node));
  EXPECT_EQ(hello.adoption().interfaces_size(), 5);
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
                              ": its private key and 3 preshared keys; remove wg-test0, gt-test1, "
                              "gt-test2, gt-test3"));
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

  TestSession again(node);
  EXPECT_THAT(propose(again, plan).changes(), IsEmpty());
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
        find_predecessor(node.this_node.paths.wireguard, node.this_node.paths.units, "test");
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
  Applied here;
  Journal(here.node.store(), "test").close();
  here.entry.boot_id = "another boot/1";
  Journal(here.node.store(), "test").begin(here.entry);
  Journal(here.node.store(), "test").commit();
  here.node.kernel.interfaces().clear();
  put_predecessor_interfaces(here.node.kernel);
  finish_open_transaction(here.node.kernel, here.node.store(), "test");
  EXPECT_THAT(here.node.kernel.interfaces(), IsEmpty());
  EXPECT_FALSE(exists(predecessor_path(here.node)));
}

TEST(Adoption, AFileThatCannotBeReadIsAProblemAndNotAnInterfaceWithoutAMark) {
  TestNode node;
  put_predecessor(node);
  std::string text = predecessor_text();
  text.replace(text.find("PresharedKey = ") + 15, 4, "####");
  write_file(predecessor_path(node), text);
  TestSession session(node);
  const proto::Hello hello = session.open(open_for(plan_with_addresses()));
  EXPECT_FALSE(hello.has_adoption());
  EXPECT_THAT(hello.problem_ids(), Contains("predecessor-not-adopted"));
  EXPECT_THAT(hello.problems(), Contains(HasSubstr("PresharedKey is no key")));
}

TEST(Adoption, ABridgeWithoutTheFileIsRefusedAsEver) {
  TestNode node;
  put_predecessor_interfaces(node.kernel);
  TestSession session(node);
  const proto::Hello hello = session.open(open_for(plan_with_addresses()));
  EXPECT_FALSE(hello.has_adoption());
  EXPECT_THAT(hello.problem_ids(), ElementsAre("interface-name-taken"));
}

TEST(Adoption, ACommittedMeshTakesOverNothing) {
  TestNode node;
  const proto::Plan plan = plan_with_addresses();
  bring_up(node, plan);
  make_folder(node.this_node.paths.wireguard);
  write_file(predecessor_path(node), predecessor_text());
  TestSession session(node);
  EXPECT_FALSE(session.open(open_for(plan)).has_adoption());
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
