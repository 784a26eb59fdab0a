#include "controller/fleet/transaction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/support/controller/scripted_fleet.h"

namespace wgmesh::transaction_test {
namespace {

using testing::ElementsAre;
using Body = proto::ToAgent;

class ATransaction : public testing::Test, protected ScriptedFleet {
 protected:
  TransactionResult run() {
    request_.apply_silence = std::chrono::milliseconds(300);
    Fleet fleet(
        nodes_,
        [&](const Node& node) -> std::unique_ptr<Session> {
          if (node.name == unreachable_) { throw Unreachable(Said{"", "connection refused", ""}); }
          return std::make_unique<Session>(std::make_unique<ScriptedAgent>(scripts_[node.name]), "",
                                           std::chrono::milliseconds(300));
        },
        heartbeat_);
    return run_transaction(fleet, mesh_, nodes_, request_, hooks_);
  }

  // A hello without keys gets those of the node.
  void answer(const std::string& node, Body::BodyCase body, std::vector<proto::FromAgent> frames) {
    const auto octet = static_cast<char>(scripts_[node].public_key_octet);
    for (proto::FromAgent& frame : frames) {
      if (!frame.has_hello()) { continue; }
      proto::Hello& hello = *frame.mutable_hello();
      if (hello.public_key().empty()) { hello.set_public_key(std::string(32, octet)); }
      if (hello.session_key().empty()) {
        hello.set_session_key(std::string(32, static_cast<char>(octet + 100)));
      }
    }
    scripts_[node].answers[body] = [frames](const proto::ToAgent&) { return frames; };
  }

  Outcome outcome(const TransactionResult& result, const char* node) {
    return result.nodes.at(node).outcome;
  }

  void expect_undone_when_b_fails(Body::BodyCase step) {
    request_.rotated = {"a", "b", "c"};
    answer("b", step, {error_frame("wg set", "Operation not permitted", true)});
    const TransactionResult result = run();
    EXPECT_EQ(result.exit_code(), 1);
    for (const char* node : {"a", "b", "c"}) {
      EXPECT_EQ(outcome(result, node), Outcome::kUndone) << node;
      EXPECT_FALSE(scripts_[node].saw(Body::kCommit));
    }
  }

  std::string unreachable_;
  std::chrono::milliseconds heartbeat_ = std::chrono::seconds(5);
  TransactionRequest request_;
  TransactionHooks hooks_;
};

TEST_F(ATransaction, CommitsWhenEveryNodeHasApplied) {
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 0);
  for (const char* node : {"a", "b", "c"}) {
    EXPECT_EQ(outcome(result, node), Outcome::kApplied);
    EXPECT_TRUE(scripts_[node].saw(Body::kCommit));
  }
}

TEST_F(ATransaction, CountsChangesWhoseWordsNobodyWants) {
  request_.keeps_changes = false;
  proto::FromAgent planned;
  for (const bool of_agent : {false, true}) {
    proto::Change& change = *planned.mutable_changes()->add_changes();
    change.set_text("ip link add wg-m type wireguard");
    change.set_of_agent(of_agent);
  }
  planned.mutable_changes()->set_stored_state_changes(true);
  answer("a", Body::kPropose, {planned});
  const TransactionResult result = run();
  EXPECT_EQ(outcome(result, "a"), Outcome::kApplied);
  const proto::Changes& changes = result.nodes.at("a").changes;
  EXPECT_TRUE(changes.stored_state_changes());
  EXPECT_EQ(changes.changes_size(), 0);
  EXPECT_EQ(changes.count(), 2u);
  EXPECT_EQ(changes.count_of_agent(), 1u);
  EXPECT_TRUE(scripts_["a"].last(Body::kPropose).propose().only_counts());
}

TEST_F(ATransaction, TakesCountsWhereNoWordsAreSent) {
  request_.keeps_changes = false;
  proto::FromAgent planned;
  planned.mutable_changes()->set_count(2);
  planned.mutable_changes()->set_count_of_agent(1);
  answer("a", Body::kPropose, {planned});
  planned.mutable_changes()->set_count(1);
  answer("b", Body::kPropose, {planned});
  const TransactionResult result = run();
  EXPECT_EQ(outcome(result, "a"), Outcome::kApplied);
  EXPECT_EQ(outcome(result, "b"), Outcome::kUnchanged);
}

TEST_F(ATransaction, AsksForWordsWhereTheyAreKept) {
  run();
  EXPECT_FALSE(scripts_["a"].last(Body::kPropose).propose().only_counts());
}

TEST_F(ATransaction, RelaysSealedKeysOncePerPair) {
  run();
  const auto senders = [&](const char* node) {
    std::vector<std::string> names;
    const proto::ToAgent frame = scripts_[node].last(Body::kPropose);
    for (const auto& box : frame.propose().sealed()) { names.push_back(box.node()); }
    std::ranges::sort(names);
    return names;
  };
  EXPECT_THAT(senders("a"), ElementsAre("c"));
  EXPECT_THAT(senders("b"), ElementsAre("a"));
  EXPECT_THAT(senders("c"), ElementsAre("b"));
}

TEST_F(ATransaction, ChangesNothingWhenANodeIsUnreachable) {
  unreachable_ = "b";
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 4);
  EXPECT_FALSE(scripts_["a"].saw(Body::kPropose));
  EXPECT_EQ(outcome(result, "a"), Outcome::kUnchanged);
  EXPECT_EQ(result.nodes.at("b").failure->message, "connection refused");
}

TEST(WhyItEnded, NamesTheNodesThatHeldUpTheOthers) {
  using Kind = NodeFailure::Kind;
  TransactionResult result;
  for (const char* node : {"a", "b", "c"}) { result.nodes[node]; }
  result.nodes["c"].failure = NodeFailure{Kind::kUnreachable, "connect", "refused", {}};
  EXPECT_EQ(why_it_ended(result), "c is unreachable");
  result.nodes["b"].failure = result.nodes["c"].failure;
  EXPECT_EQ(why_it_ended(result), "b and c are unreachable");
  result.nodes["b"].failure->kind = Kind::kLocked;
  EXPECT_EQ(why_it_ended(result), "b is locked");
  result.nodes["b"].failure->kind = Kind::kFailed;
  result.nodes["c"].skipped = true;
  EXPECT_EQ(why_it_ended(result), "b failed");
  result.interrupted = true;
  EXPECT_EQ(why_it_ended(result), "interrupted");
}

TEST_F(ATransaction, AppliesNowhereWhenANodeRefusesItsPlan) {
  answer("c", Body::kPropose,
         {error_frame("plan", "br-m is not ours", false, proto::Error::REFUSED)});
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 1);
  for (const char* node : {"a", "b", "c"}) {
    EXPECT_FALSE(scripts_[node].saw(Body::kApply)) << node;
  }
}

TEST_F(ATransaction, TellsARefusalFromANodeThatCannotBeReached) {
  request_.dry_run = true;
  unreachable_ = "b";
  EXPECT_FALSE(run().any_refused());
  answer("c", Body::kPropose,
         {error_frame("plan", "br-m is not ours", false, proto::Error::REFUSED)});
  EXPECT_TRUE(run().any_refused());
}

TEST_F(ATransaction, UndoesEverywhereWhenANodeFailsToApply) {
  answer("b", Body::kApply, {error_frame("ip link add", "File exists", true)});
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 1);
  EXPECT_EQ(outcome(result, "a"), Outcome::kUndone);
  EXPECT_EQ(outcome(result, "b"), Outcome::kUndone);
  EXPECT_EQ(outcome(result, "c"), Outcome::kUndone);
  EXPECT_FALSE(scripts_["a"].saw(Body::kCommit));
  EXPECT_EQ(result.nodes.at("b").failure->step, "ip link add");
}

TEST_F(ATransaction, SaysUnknownWhenANodeGoesSilentDuringApply) {
  answer("b", Body::kApply, {});
  const TransactionResult result = run();
  EXPECT_EQ(outcome(result, "b"), Outcome::kUnknown);
  EXPECT_EQ(outcome(result, "a"), Outcome::kUndone);
  EXPECT_EQ(result.exit_code(), 6);
}

// It has applied, and undoes that when nobody speaks to it any more.
TEST_F(ATransaction, SaysUnknownWhenANodeIsLostWhileOthersApply) {
  heartbeat_ = std::chrono::milliseconds(10);
  scripts_["b"].answers[Body::kHeartbeat] =
      [&b = scripts_["b"]](const proto::ToAgent&) -> std::vector<proto::FromAgent> {
    if (!b.saw(Body::kApply)) {
      return {};  // a slow machine sends heartbeats before that, too
    }
    throw Unreachable(Said{"", "connection reset by peer", ""});
  };
  scripts_["c"].answers[Body::kApply] = [](const proto::ToAgent&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    proto::FromAgent applied;
    applied.mutable_applied();
    return std::vector{applied};
  };
  const TransactionResult result = run();
  EXPECT_EQ(outcome(result, "b"), Outcome::kUnknown);
  EXPECT_EQ(outcome(result, "a"), Outcome::kUndone);
  EXPECT_EQ(result.exit_code(), 6);
}

TEST_F(ATransaction, SaysUnknownWhenANodeGoesSilentAfterCommitWasSent) {
  answer("b", Body::kCommit, {});
  const TransactionResult result = run();
  EXPECT_EQ(outcome(result, "a"), Outcome::kApplied);
  EXPECT_EQ(outcome(result, "b"), Outcome::kUnknown);
  EXPECT_EQ(result.exit_code(), 6);
}

TEST_F(ATransaction, LeavesNodesAloneThatHaveNothingToDo) {
  proto::FromAgent nothing;
  nothing.mutable_changes();
  for (const char* node : {"a", "b", "c"}) { answer(node, Body::kPropose, {nothing}); }
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 0);
  EXPECT_FALSE(result.anything_to_do());
  EXPECT_FALSE(scripts_["a"].saw(Body::kApply));
  EXPECT_FALSE(scripts_["a"].saw(Body::kCommit));
}

TEST_F(ATransaction, DryRunTakesNoLockAndAppliesNothing) {
  request_.dry_run = true;
  const TransactionResult result = run();
  EXPECT_TRUE(result.anything_to_do());
  EXPECT_FALSE(scripts_["a"].last(Body::kOpen).open().changes_state());
  EXPECT_FALSE(scripts_["a"].saw(Body::kApply));
}

TEST_F(ATransaction, ALockedNodeIsExit5) {
  answer("a", Body::kOpen,
         {error_frame("lock", "locked by ann@desk since 10:00", false, proto::Error::LOCKED)});
  EXPECT_EQ(run().exit_code(), 5);
}

TEST_F(ATransaction, NamesTheMissingModuleBeforeAnythingChanges) {
  proto::FromAgent hello;
  hello.mutable_hello()->set_protocol_version(kProtocolVersion);
  hello.mutable_hello()->set_kernel_release("6.1.0");
  proto::MissingFeature& missing = *hello.mutable_hello()->add_missing();
  missing.set_module("wireguard");
  missing.set_why("no such generic netlink family");
  answer("c", Body::kOpen, {hello});
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 1);
  EXPECT_THAT(result.nodes.at("c").failure->message, testing::HasSubstr("wireguard"));
  EXPECT_FALSE(scripts_["a"].saw(Body::kPropose));
}

TEST_F(ATransaction, AProblemComesWithItsCure) {
  proto::FromAgent hello;
  hello.mutable_hello()->set_protocol_version(kProtocolVersion);
  hello.mutable_hello()->add_problems("bridge_ports: eth0 is a port of vmbr0");
  hello.mutable_hello()->add_problem_cures("take eth0 out of bridge_ports");
  answer("c", Body::kOpen, {hello});
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 1);
  EXPECT_EQ(result.nodes.at("c").failure->cure, "take eth0 out of bridge_ports");
}

// Whoever has several things to mend wants to know of all of them.
TEST_F(ATransaction, TellsEveryProblemOfANode) {
  proto::FromAgent hello;
  hello.mutable_hello()->set_protocol_version(kProtocolVersion);
  hello.mutable_hello()->add_missing()->set_module("wireguard");
  hello.mutable_hello()->add_problems("eth0 is a port of vmbr0");
  hello.mutable_hello()->add_problems("port 51820 is in use");
  answer("c", Body::kOpen, {hello});
  const TransactionResult result = run();
  const NodeFailure& failure = *result.nodes.at("c").failure;
  EXPECT_THAT(failure.message, testing::HasSubstr("wireguard"));
  ASSERT_EQ(failure.further.size(), 2u);
  EXPECT_EQ(failure.further[0].message, "eth0 is a port of vmbr0");
  EXPECT_EQ(failure.further[1].message, "port 51820 is in use");
}

TEST_F(ATransaction, AnEndpointThatOneEndCannotResolveIsAWarningWhileTheOtherDials) {
  const auto hello_with = [](int octet, const char* peer, const char* error) {
    proto::FromAgent frame;
    proto::Hello& hello = *frame.mutable_hello();
    hello.set_protocol_version(kProtocolVersion);
    hello.set_public_key(std::string(32, static_cast<char>(octet)));
    proto::EndpointRoute& route = *hello.add_routes();
    route.set_node(peer);
    route.set_error(error);
    if (*error == '\0') { route.set_address("192.0.2.1"); }
    return frame;
  };
  answer("a", Body::kOpen, {hello_with(1, "b", "b.example: no such name")});
  answer("b", Body::kOpen, {hello_with(2, "a", "")});
  EXPECT_EQ(run().exit_code(), 0);

  answer("b", Body::kOpen, {hello_with(2, "a", "a.example: no such name")});
  EXPECT_EQ(run().exit_code(), 1);
}

TEST_F(ATransaction, AnInterruptedApplyIsUndoneEverywhere) {
  answer("b", Body::kApply, {});
  bool interrupted = false;
  hooks_.interrupted = [&] { return interrupted; };
  Fleet fleet(nodes_, [&](const Node& node) {
    return std::make_unique<Session>(std::make_unique<ScriptedAgent>(scripts_[node.name]), "",
                                     std::chrono::seconds(20));
  });
  const std::jthread user([&] {
    while (!scripts_["b"].saw(Body::kApply)) { std::this_thread::yield(); }
    interrupted = true;
    fleet.interrupt();
  });
  const TransactionResult result = run_transaction(fleet, mesh_, nodes_, request_, hooks_);
  EXPECT_EQ(result.exit_code(), 130);
  for (const char* node : {"a", "b", "c"}) {
    EXPECT_EQ(outcome(result, node), Outcome::kUndone) << node;
  }
}

// ---- new keys ----

TEST_F(ATransaction, SwitchesToNewKeysBetweenApplyAndCommit) {
  request_.rotated = {"a"};
  EXPECT_EQ(run().exit_code(), 0);
  EXPECT_TRUE(scripts_["a"].last(Body::kOpen).open().rotates());
  EXPECT_FALSE(scripts_["b"].last(Body::kOpen).open().rotates());
  for (const char* node : {"a", "b", "c"}) {
    EXPECT_TRUE(scripts_[node].last(Body::kPropose).propose().rotates());
    EXPECT_TRUE(scripts_[node].saw(Body::kSwitchOver));
    EXPECT_TRUE(scripts_[node].saw(Body::kCallPeers));
    EXPECT_TRUE(scripts_[node].saw(Body::kCommit));
  }
  // One for each pair of a: each node makes those of half of its pairs.
  EXPECT_EQ(scripts_["a"].last(Body::kMakeSecrets).make_secrets().peers(0).node(), "b");
  EXPECT_EQ(scripts_["c"].last(Body::kMakeSecrets).make_secrets().peers(0).node(), "a");
}

TEST_F(ATransaction, DoesNotSwitchOtherwise) {
  run();
  EXPECT_FALSE(scripts_["a"].saw(Body::kSwitchOver));
}

TEST_F(ATransaction, UndoesEverywhereWhenANodeFailsToSwitch) {
  expect_undone_when_b_fails(Body::kSwitchOver);
}

TEST_F(ATransaction, UndoesEverywhereWhenANodeFailsToCallItsPeers) {
  expect_undone_when_b_fails(Body::kCallPeers);
}

// Its peers are cut off meanwhile, or about to undo.
TEST_F(ATransaction, WaitsForASilentNodeNoLongerThanAChangeMayTake) {
  using std::chrono::steady_clock;
  request_.rotated = {"a", "b", "c"};
  request_.apply_silence = std::chrono::milliseconds(200);
  request_.confirm_timeout = 1;
  for (const auto step : {Body::kApply, Body::kSwitchOver, Body::kCallPeers, Body::kHold}) {
    answer("b", step, {});
    const auto start = steady_clock::now();
    EXPECT_NE(run().exit_code(), 0) << "step " << step;
    EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(15)) << "step " << step;
    EXPECT_FALSE(scripts_["b"].saw(Body::kCommit)) << "step " << step;
    scripts_["b"].answers.erase(step);
  }
}

TEST_F(ATransaction, RefusesNewKeysForAPairOfWhichOneEndIsLeftOut) {
  request_.skip_unreachable = true;
  request_.rotated = {"a"};
  unreachable_ = "b";
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 1);
  ASSERT_EQ(result.faults.size(), 1u);
  EXPECT_THAT(result.faults[0].text, testing::HasSubstr("a cannot get new keys while b"));
  EXPECT_FALSE(scripts_["a"].saw(Body::kPropose));
}

// ---- nodes that are left out ----

TEST_F(ATransaction, SkipsAnUnreachableNodeAndPlansAroundIt) {
  unreachable_ = "b";
  request_.skip_unreachable = true;
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 3);
  EXPECT_THAT(result.skipped(), ElementsAre("b"));
  EXPECT_EQ(outcome(result, "b"), Outcome::kUnchanged);
  for (const char* node : {"a", "c"}) {
    EXPECT_EQ(outcome(result, node), Outcome::kApplied);
    EXPECT_TRUE(scripts_[node].saw(Body::kCommit));
  }
  const proto::Plan plan = scripts_["a"].last(Body::kPropose).propose().plan();
  EXPECT_TRUE(plan.peers(0).as_stored());
  EXPECT_EQ(plan.peers(0).node(), "b");
  EXPECT_FALSE(plan.peers(1).as_stored());
}

TEST_F(ATransaction, DoesNotSkipTheLastNode) {
  request_.skip_unreachable = true;
  nodes_ = {&mesh_.nodes[1]};
  unreachable_ = "b";
  EXPECT_EQ(run().exit_code(), 4);
}

TEST_F(ATransaction, DoesNotSkipANodeThatIsLostOnTheWay) {
  request_.skip_unreachable = true;
  answer("b", Body::kPropose, {});
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 4);
  EXPECT_THAT(result.skipped(), testing::IsEmpty());
  EXPECT_FALSE(scripts_["a"].saw(Body::kApply));
}

TEST_F(ATransaction, ASkippedNodeDoesNotHideAFailure) {
  request_.skip_unreachable = true;
  unreachable_ = "b";
  answer("c", Body::kApply, {error_frame("ip link add", "File exists", true)});
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 1);
  EXPECT_EQ(outcome(result, "a"), Outcome::kUndone);
}

TEST_F(ATransaction, ADryRunPlansAroundAnUnreachableNode) {
  unreachable_ = "b";
  request_.dry_run = true;
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 4);
  EXPECT_TRUE(scripts_["a"].saw(Body::kPropose));
  EXPECT_TRUE(result.anything_to_do());
}

TEST_F(ATransaction, AnUnresolvedEndpointOfASkippedNodeIsNoFailure) {
  unreachable_ = "b";
  request_.skip_unreachable = true;
  proto::FromAgent frame;
  frame.mutable_hello()->set_protocol_version(kProtocolVersion);
  proto::EndpointRoute& route = *frame.mutable_hello()->add_routes();
  route.set_node("b");
  route.set_error("b.example: no such name");
  answer("a", Body::kOpen, {frame});
  EXPECT_EQ(run().exit_code(), 3);
}

// ---- what ends it before anything changes ----

TEST_F(ATransaction, DoesOnlyWhatTheUserHasAgreedTo) {
  request_.agreed = {{"a", 0}, {"b", 7}};
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 1);
  EXPECT_THAT(result.faults,
              ElementsAre(Said{"change-plan-outdated",
                               "b has changed since its plan was shown; run it again to see what "
                               "would be done now",
                               {}}));
  EXPECT_FALSE(scripts_["a"].saw(Body::kPropose));
}

TEST_F(ATransaction, TakesNoMeshDownThatItsOwnSessionComesThrough) {
  request_.goal = proto::DOWN;
  proto::FromAgent hello;
  hello.mutable_hello()->set_protocol_version(kProtocolVersion);
  hello.mutable_hello()->set_reached_through_mesh(true);
  answer("c", Body::kOpen, {hello});
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 1);
  ASSERT_TRUE(result.nodes.at("c").failure);
  EXPECT_EQ(result.nodes.at("c").failure->id, "change-cuts-itself-off");
  EXPECT_THAT(result.nodes.at("c").failure->message, testing::HasSubstr("this very mesh"));
  EXPECT_EQ(result.nodes.at("c").failure->cure,
            "reach it by another address (`ssh` of c in the mesh file), or run "
            "`wgmesh-agent down m` there");
  EXPECT_FALSE(scripts_["a"].saw(Body::kPropose));
}

// ---- nodes that tell what cannot be ----

TEST_F(ATransaction, AHelloThatCannotBeIsThatNodesFailureAlone) {
  proto::FromAgent hello;
  hello.mutable_hello()->set_protocol_version(kProtocolVersion);
  hello.mutable_hello()->set_public_key(std::string(32, '\0'));
  answer("c", Body::kOpen, {hello});
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 1);
  ASSERT_TRUE(result.nodes.at("c").failure);
  EXPECT_THAT(result.nodes.at("c").failure->message, testing::HasSubstr("a public key"));
  EXPECT_FALSE(result.nodes.at("a").failure);
  EXPECT_FALSE(scripts_["a"].saw(Body::kPropose));
}

TEST_F(ATransaction, KeysForOthersThanThoseAskedForAreTheirMakersFailure) {
  proto::FromAgent secrets;
  for (const char* node : {"b", "c", "c"}) {
    proto::SealedSecret& box = *secrets.mutable_secrets()->add_sealed();
    box.set_node(node);
    box.set_box(std::string(80, 'x'));
  }
  answer("a", Body::kMakeSecrets, {secrets});
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 1);
  ASSERT_TRUE(result.nodes.at("a").failure);
  EXPECT_THAT(result.nodes.at("a").failure->message, testing::HasSubstr("a key for 'c'"));
  EXPECT_FALSE(scripts_["c"].saw(Body::kPropose));
}

TEST_F(ATransaction, NamesTheNodeWhosePathLowersTheMtuOfAll) {
  mesh_.underlay = *parse_prefix("198.18.0.0/24");
  proto::FromAgent hello;
  hello.mutable_hello()->set_protocol_version(kProtocolVersion);
  proto::EndpointRoute& route = *hello.mutable_hello()->add_routes();
  route.set_node("a");
  route.set_address("192.0.2.1");
  route.set_mtu(700);
  answer("c", Body::kOpen, {hello});
  const TransactionResult result = run();
  ASSERT_EQ(result.warnings.size(), 1u);
  EXPECT_EQ(result.warnings[0].id, "mesh-mtu-below-ipv6");
  EXPECT_EQ(result.warnings[0].text,
            "the path c to a (192.0.2.1), which carries 700 bytes, lowers the MTU of the whole "
            "segment to 602; IPv6 on it needs 1280");
}

TEST_F(ATransaction, ACloneIsNamedWithTheCure) {
  proto::FromAgent hello;
  hello.mutable_hello()->set_protocol_version(kProtocolVersion);
  hello.mutable_hello()->set_public_key(std::string(32, '\1'));  // a's
  hello.mutable_hello()->mutable_identity()->set_node("a");
  answer("b", Body::kOpen, {hello});
  hello.mutable_hello()->clear_public_key();
  answer("a", Body::kOpen, {hello});
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 1);
  EXPECT_FALSE(result.nodes.at("a").failure);
  ASSERT_TRUE(result.nodes.at("b").failure);
  EXPECT_THAT(result.nodes.at("b").failure->message, testing::HasSubstr("the public key of a"));
  EXPECT_THAT(result.nodes.at("b").failure->cure, testing::HasSubstr("wgmesh-agent down m -r"));
  EXPECT_FALSE(scripts_["a"].saw(Body::kPropose));
}

TEST_F(ATransaction, AMeshOfAnotherFileIsNeitherTakenOverNorTakenDown) {
  proto::FromAgent hello;
  hello.mutable_hello()->set_protocol_version(kProtocolVersion);
  hello.mutable_hello()->mutable_identity()->set_node("web1");
  hello.mutable_hello()->mutable_identity()->set_network("10.1.0.0/16");
  hello.mutable_hello()->add_stored_peers("web2");
  answer("c", Body::kOpen, {hello});
  for (const proto::Goal goal : {proto::UP, proto::DOWN, proto::REMOVE}) {
    request_.goal = goal;
    const TransactionResult result = run();
    EXPECT_EQ(result.exit_code(), 1);
    ASSERT_TRUE(result.nodes.at("c").failure);
    EXPECT_THAT(result.nodes.at("c").failure->message,
                testing::HasSubstr("another mesh file: there it is web1, with web2"));
    EXPECT_FALSE(scripts_["c"].saw(Body::kPropose));
  }
}

// ---- sync ----

proto::FromAgent hello_of_stored(std::uint64_t generation, bool is_down) {
  proto::FromAgent frame;
  frame.mutable_hello()->set_protocol_version(kProtocolVersion);
  frame.mutable_hello()->set_generation(generation);
  frame.mutable_hello()->set_is_down(is_down);
  return frame;
}

TEST_F(ATransaction, SyncLeavesDownWhatIsDownAndTakesInWhatIsNew) {
  request_.wakes = false;
  answer("a", Body::kOpen, {hello_of_stored(3, false)});
  answer("b", Body::kOpen, {hello_of_stored(2, true)});
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 0);
  const auto proposed = [&](const char* node) {
    return scripts_[node].last(Body::kPropose).propose();
  };
  EXPECT_EQ(proposed("a").goal(), proto::UP);
  EXPECT_EQ(proposed("a").plan().generation(), 4u);
  EXPECT_EQ(proposed("b").goal(), proto::STORE);
  EXPECT_TRUE(proposed("b").has_plan());
  EXPECT_EQ(proposed("c").goal(), proto::UP);
  EXPECT_TRUE(result.nodes.at("b").stays_down);
  EXPECT_FALSE(result.nodes.at("a").stays_down);
}

TEST_F(ATransaction, SyncLeavesANewNodeDownWhereTheWholeMeshIs) {
  request_.wakes = false;
  answer("a", Body::kOpen, {hello_of_stored(3, true)});
  answer("b", Body::kOpen, {hello_of_stored(2, true)});
  run();
  EXPECT_EQ(scripts_["c"].last(Body::kPropose).propose().goal(), proto::STORE);
}

// b undid after a had committed.
TEST_F(ATransaction, UpMendsANodeOfAnOlderGeneration) {
  proto::FromAgent nothing;
  nothing.mutable_changes();
  answer("a", Body::kOpen, {hello_of_stored(5, false)});
  answer("a", Body::kPropose, {nothing});
  answer("b", Body::kOpen, {hello_of_stored(4, false)});
  answer("c", Body::kPropose, {nothing});
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 0);
  EXPECT_EQ(scripts_["a"].last(Body::kPropose).propose().plan().generation(), 6u);
  EXPECT_EQ(scripts_["b"].last(Body::kPropose).propose().plan().generation(), 5u);
  EXPECT_EQ(outcome(result, "a"), Outcome::kUnchanged);
  EXPECT_EQ(outcome(result, "b"), Outcome::kApplied);
}

TEST_F(ATransaction, UpWakesWhatIsDown) {
  answer("b", Body::kOpen, {hello_of_stored(2, true)});
  run();
  EXPECT_EQ(scripts_["b"].last(Body::kPropose).propose().goal(), proto::UP);
}

// ---- absent and vanished nodes ----

class ATransactionWithAnAbsentNode : public ATransaction {
 protected:
  ATransactionWithAnAbsentNode() {
    mesh_.absent = {mesh_.nodes.back()};
    mesh_.absent[0].absent = true;
    mesh_.nodes.pop_back();
    nodes_ = {&mesh_.nodes[0], &mesh_.nodes[1], &mesh_.absent[0]};
  }
};

TEST_F(ATransactionWithAnAbsentNode, RemovesItInTheSameTransaction) {
  EXPECT_EQ(run().exit_code(), 0);
  EXPECT_EQ(scripts_["c"].last(Body::kPropose).propose().goal(), proto::REMOVE);
  EXPECT_TRUE(scripts_["c"].last(Body::kOpen).open().removes());
  EXPECT_FALSE(scripts_["a"].last(Body::kOpen).open().removes());
  EXPECT_EQ(scripts_["c"].last(Body::kOpen).open().peers_size(), 0);
  EXPECT_TRUE(scripts_["c"].saw(Body::kCommit));
  EXPECT_EQ(scripts_["a"].last(Body::kPropose).propose().plan().peers_size(), 1);
}

TEST_F(ATransactionWithAnAbsentNode, ItsKernelNeedNotBeAbleToAnything) {
  proto::FromAgent hello = hello_of_stored(0, false);
  hello.mutable_hello()->add_missing()->set_module("wireguard");
  hello.mutable_hello()->add_problems("listen_port 51820 is the mesh x's on this node");
  answer("c", Body::kOpen, {hello});
  EXPECT_EQ(run().exit_code(), 0);
}

TEST_F(ATransactionWithAnAbsentNode, ThatIsCleanIsUnchangedAndLosesItsAgentAgain) {
  proto::FromAgent only_the_agent;
  proto::Change& change = *only_the_agent.mutable_changes()->add_changes();
  change.set_text("rm /var/lib/wgmesh/bin/wgmesh-agent");
  change.set_of_agent(true);
  proto::FromAgent nothing;
  nothing.mutable_changes();
  answer("a", Body::kPropose, {nothing});
  answer("b", Body::kPropose, {nothing});
  answer("c", Body::kPropose, {only_the_agent});
  bool was_asked = false;
  hooks_.approve = [&](const TransactionResult&) { return was_asked = true; };
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 0);
  EXPECT_FALSE(result.anything_to_do());
  EXPECT_FALSE(was_asked);
  EXPECT_EQ(outcome(result, "c"), Outcome::kUnchanged);
  EXPECT_TRUE(scripts_["c"].saw(Body::kCommit));
  EXPECT_FALSE(scripts_["a"].saw(Body::kApply));
}

TEST_F(ATransaction, SaysWhatAVanishedNodeStillHolds) {
  proto::FromAgent hello = hello_of_stored(1, false);
  hello.mutable_hello()->add_stored_peers("old");
  answer("a", Body::kOpen, {hello});
  answer("b", Body::kOpen, {hello});
  const TransactionResult result = run();
  ASSERT_THAT(result.warnings, testing::SizeIs(1));
  EXPECT_EQ(result.warnings[0].id, "mesh-node-vanished");
  EXPECT_THAT(result.warnings[0].text, testing::StartsWith("old is no longer in the mesh file"));
  EXPECT_THAT(result.warnings[0].text, testing::HasSubstr("wgmesh-agent down m -r"));
}

TEST_F(ATransaction, PlansLearnedLinksAsTheyAreStored) {
  mesh_.nodes[0].endpoint.reset();
  mesh_.nodes[1].endpoint.reset();
  for (const auto& [node, peer] : {std::pair("a", "b"), {"b", "a"}}) {
    proto::FromAgent frame;
    proto::Hello& hello = *frame.mutable_hello();
    hello.set_protocol_version(kProtocolVersion);
    hello.add_learned()->set_node(peer);
    hello.mutable_learned(0)->set_endpoint("203.0.113.9:40000");
    answer(node, Body::kOpen, {frame});
  }
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 0);
  EXPECT_TRUE(result.learned.links.contains({"a", "b"}));
  EXPECT_EQ(result.facts.size(), 3u);
  const proto::Plan plan = scripts_["a"].last(Body::kPropose).propose().plan();
  ASSERT_EQ(plan.peers_size(), 2);
  EXPECT_TRUE(plan.peers(0).learned());
  EXPECT_EQ(plan.peers(0).endpoint(), "203.0.113.9:40000");
}

TEST_F(ATransaction, PlansLearnedLinksAsItIsTold) {
  mesh_.nodes[0].endpoint.reset();
  mesh_.nodes[1].endpoint.reset();
  run();
  EXPECT_EQ(scripts_["a"].last(Body::kPropose).propose().plan().peers_size(), 1);
  request_.learned.emplace().links[{"a", "b"}] = {parse_socket_address("203.0.113.1:1"),
                                                  parse_socket_address("203.0.113.2:2")};
  run();
  const proto::Plan plan = scripts_["a"].last(Body::kPropose).propose().plan();
  ASSERT_EQ(plan.peers_size(), 2);
  EXPECT_EQ(plan.peers(0).endpoint(), "203.0.113.2:2");
}

}  // namespace
}  // namespace wgmesh::transaction_test
