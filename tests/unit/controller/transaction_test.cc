#include "controller/transaction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/support/wgmesh_controller_room/scripted_agent.h"

namespace wgmesh {
namespace {

using testing::ElementsAre;
using Body = proto::ToAgent;

Mesh three_nodes() {
  Mesh mesh;
  mesh.name = "m";
  mesh.network = *parse_prefix("fd00::/64");
  mesh.underlay = *parse_prefix("fd01::/64");
  for (const char* name : {"a", "b", "c"}) {
    Node node;
    node.name = name;
    node.addresses = {*parse_prefix("fd00::1/64")};
    node.addresses[0].address.octets[15] = static_cast<std::uint8_t>(name[0]);
    node.endpoint = HostPort{std::string(name) + ".example", 51820};
    mesh.nodes.push_back(node);
  }
  return mesh;
}

class ATransaction : public testing::Test {
 protected:
  ATransaction() {
    for (const Node& node : mesh_.nodes) {
      nodes_.push_back(&node);
      scripts_[node.name].public_key_octet = static_cast<std::uint16_t>(node.name[0] - 'a' + 1);
    }
  }

  TransactionResult run() {
    Fleet fleet(nodes_, [&](const Node& node) -> std::unique_ptr<Session> {
      if (node.name == unreachable_) throw Unreachable("connection refused");
      return std::make_unique<Session>(std::make_unique<ScriptedAgent>(scripts_[node.name]), "",
                                       std::chrono::milliseconds(300));
    });
    return run_transaction(fleet, mesh_, nodes_, request_, hooks_);
  }

  void answer(const std::string& node, Body::BodyCase body, std::vector<proto::FromAgent> frames) {
    scripts_[node].answers[body] = [frames](const proto::ToAgent&) { return frames; };
  }

  Outcome outcome(const TransactionResult& result, const char* node) {
    return result.nodes.at(node).outcome;
  }

  Mesh mesh_ = three_nodes();
  std::vector<const Node*> nodes_;
  std::map<std::string, ScriptedNode> scripts_;
  std::string unreachable_;
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

TEST_F(ATransaction, RelaysSealedKeysOncePerPair) {
  run();
  const auto senders = [&](const char* node) {
    std::vector<std::string> names;
    const proto::ToAgent frame = scripts_[node].last(Body::kPropose);
    for (const auto& box : frame.propose().sealed()) names.push_back(box.node());
    std::sort(names.begin(), names.end());
    return names;
  };
  EXPECT_THAT(senders("a"), ElementsAre());
  EXPECT_THAT(senders("b"), ElementsAre("a"));
  EXPECT_THAT(senders("c"), ElementsAre("a", "b"));
}

TEST_F(ATransaction, ChangesNothingWhenANodeIsUnreachable) {
  unreachable_ = "b";
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 4);
  EXPECT_FALSE(scripts_["a"].saw(Body::kPropose));
  EXPECT_EQ(outcome(result, "a"), Outcome::kUnchanged);
  EXPECT_EQ(result.nodes.at("b").failure->message, "connection refused");
}

TEST_F(ATransaction, AppliesNowhereWhenANodeRefusesItsPlan) {
  answer("c", Body::kPropose,
         {error_frame("plan", "br-m is not ours", false, proto::Error::REFUSED)});
  const TransactionResult result = run();
  EXPECT_EQ(result.exit_code(), 1);
  for (const char* node : {"a", "b", "c"}) EXPECT_FALSE(scripts_[node].saw(Body::kApply)) << node;
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
  for (const char* node : {"a", "b", "c"}) answer(node, Body::kPropose, {nothing});
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

TEST_F(ATransaction, AnEndpointThatOneEndCannotResolveIsAWarningWhileTheOtherDials) {
  const auto hello_with = [](int octet, const char* peer, const char* error) {
    proto::FromAgent frame;
    proto::Hello& hello = *frame.mutable_hello();
    hello.set_protocol_version(kProtocolVersion);
    hello.set_public_key(std::string(32, static_cast<char>(octet)));
    proto::EndpointRoute& route = *hello.add_routes();
    route.set_node(peer);
    route.set_error(error);
    if (*error == '\0') route.set_address("192.0.2.1");
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
  std::jthread user([&] {
    while (!scripts_["b"].saw(Body::kApply)) std::this_thread::yield();
    interrupted = true;
    fleet.interrupt();
  });
  const TransactionResult result = run_transaction(fleet, mesh_, nodes_, request_, hooks_);
  EXPECT_EQ(result.exit_code(), 130);
  for (const char* node : {"a", "b", "c"})
    EXPECT_EQ(outcome(result, node), Outcome::kUndone) << node;
}

}  // namespace
}  // namespace wgmesh
