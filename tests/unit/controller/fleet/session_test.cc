#include "controller/fleet/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "tests/support/controller/loopback_transport.h"
#include "tests/support/controller/scripted_agent.h"

namespace wgmesh::session_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Session, AnEndIsExplainedByTheAgentsWordsAndNotByTheShells) {
  const auto node = std::make_shared<Loopback>();
  node->complain("sha256sum: no such file\n");
  Session session(std::make_unique<LoopbackTransport>(node), {});
  const std::jthread agent([&] {
    node->hear();
    node->complain("wgmesh-agent: out of memory\n");
    node->hang_up();
  });
  try {
    session.status();
    FAIL();
  } catch (const Unreachable& error) {
    EXPECT_THAT(error.message(), HasSubstr("the agent ended: wgmesh-agent: out of memory"));
    EXPECT_EQ(error.id(), "agent-ended");
    EXPECT_THAT(error.message(), Not(HasSubstr("sha256sum")));
  }
}

TEST(Session, LooksAtLinksWithoutAskingForTheRest) {
  ScriptedNode node;
  Session session(std::make_unique<ScriptedAgent>(node), "");
  session.links();
  EXPECT_TRUE(node.last(proto::ToAgent::kAskStatus).ask_status().links_only());
  EXPECT_FALSE(node.last(proto::ToAgent::kAskStatus).ask_status().sightings());
  session.links(true);
  EXPECT_TRUE(node.last(proto::ToAgent::kAskStatus).ask_status().links_only());
  EXPECT_TRUE(node.last(proto::ToAgent::kAskStatus).ask_status().sightings());
  session.status(true);
  EXPECT_FALSE(node.last(proto::ToAgent::kAskStatus).ask_status().links_only());
  EXPECT_TRUE(node.last(proto::ToAgent::kAskStatus).ask_status().drift());
}

proto::Open open_of(const std::string& mesh) {
  proto::Open open;
  open.set_mesh(mesh);
  return open;
}

TEST(Session, NamesThePeersThatAreToBeCalledAgain) {
  ScriptedNode node;
  Session session(std::make_unique<ScriptedAgent>(node), "");
  session.open(open_of("m"));
  session.call_again({"b", "c"});
  EXPECT_THAT(node.last(proto::ToAgent::kCallAgain).call_again().nodes(),
              ::testing::ElementsAre("b", "c"));
}

TEST(Session, AsksNoOlderAgentToCallAgain) {
  ScriptedNode node;
  node.knows_call_again = false;
  Session session(std::make_unique<ScriptedAgent>(node), "");
  session.open(open_of("m"));
  session.call_again({"b"});
  EXPECT_FALSE(node.saw(proto::ToAgent::kCallAgain));
}

using namespace std::chrono_literals;

std::string frame_of(const proto::FromAgent& message) {
  return encode_frame(message.SerializeAsString());
}

// What a step throws when the node has said `octets` before.
template <class Step>
Said failure_of(const std::string& octets, const Step& step) {
  const auto node = std::make_shared<Loopback>();
  node->say(octets);
  Session session(std::make_unique<LoopbackTransport>(node), {}, 200ms);
  try {
    step(session);
  } catch (const Error& error) { return {error.id(), error.message(), error.cure()}; }
  return {};
}

TEST(Session, AnErrorOfTheAgentKeepsItsIdentifier) {
  proto::FromAgent failed;
  failed.mutable_error()->set_message("it is full");
  failed.mutable_error()->set_cure("make room");
  failed.mutable_error()->set_id("store-full");
  EXPECT_EQ(failure_of(frame_of(failed), [](Session& session) { session.status(); }),
            (Said{"store-full", "it is full", "make room"}));
}

TEST(Session, AnAgentOfAnotherReleaseIsRefusedWithTheCure) {
  proto::FromAgent other;
  other.mutable_hello()->set_protocol_version(kProtocolVersion + 1);
  const Said said = failure_of(frame_of(other), [](Session& session) { session.open({}); });
  EXPECT_EQ(said.id, "agent-protocol-differs");
  EXPECT_THAT(said.text, HasSubstr("the agent speaks protocol "));
  EXPECT_THAT(said.cure, HasSubstr("of one release"));
}

TEST(Session, AnAnswerToSomethingElseIsNone) {
  proto::FromAgent listening;
  listening.mutable_listening();
  const std::string octets = frame_of(listening);
  EXPECT_EQ(
      failure_of(octets, [](Session& session) { session.status(); }),
      (Said{
          "node-answer-unexpected", "the node answered with listening where status was due", {}}));
  EXPECT_EQ(failure_of(octets, [](Session& session) { session.wait_committed({}); }).text,
            "the node answered with listening where committed was due");
}

// ---- a node that never comes to an end ----

std::string progress_frame(std::uint32_t done, std::uint32_t total) {
  proto::FromAgent message;
  message.mutable_progress()->set_done(done);
  message.mutable_progress()->set_total(total);
  return frame_of(message);
}

// Says `next` again and again, as long as the controller is there.
class EndlessNode {
 public:
  EndlessNode(std::chrono::milliseconds pause, std::function<std::string(unsigned)> next)
      : thread_([this, pause, next = std::move(next)](const std::stop_token& stop) {
          for (unsigned i = 1; !stop.stop_requested(); ++i) {
            node_->say(next(i));
            std::this_thread::sleep_for(pause);
          }
        }) {}

  std::unique_ptr<Transport> transport() { return std::make_unique<LoopbackTransport>(node_); }

 private:
  std::shared_ptr<Loopback> node_ = std::make_shared<Loopback>();
  std::jthread thread_;
};

using Step = std::function<void(Session&)>;

// Every step that waits for an answer.
std::vector<Step> steps() {
  return {[](Session& s) { s.open({}); },
          [](Session& s) { s.make_secrets({}); },
          [](Session& s) { s.propose({}); },
          [](Session& s) { s.apply({}, 60ms); },
          [](Session& s) { s.wait_switched_over(60ms); },
          [](Session& s) { s.call_peers(60ms); },
          [](Session& s) { s.hold(60ms); },
          [](Session& s) { s.wait_committed({}); },
          [](Session& s) { s.undo(60ms); },
          [](Session& s) { s.status(); },
          [](Session& s) { s.listen({}); },
          [](Session& s) { s.probe({}); }};
}

void expect_every_step_ends(std::chrono::milliseconds pause,
                            const std::function<std::string(unsigned)>& next) {
  for (std::size_t i = 0; i < steps().size(); ++i) {
    EndlessNode node(pause, next);
    Session session(node.transport(), {}, 60ms);
    const auto start = std::chrono::steady_clock::now();
    EXPECT_THROW(steps()[i](session), Error) << "step " << i;
    EXPECT_LT(std::chrono::steady_clock::now() - start, 10s) << "step " << i;
  }
}

TEST(Session, NoStepWaitsForProgressThatNeverEnds) {
  expect_every_step_ends(5ms, [](unsigned i) { return progress_frame(i, ~0U); });
}

TEST(Session, NoStepWaitsForAFloodOfProgress) {
  expect_every_step_ends(0ms, [](unsigned i) {
    std::string many;
    for (unsigned k = 0; k < 1000; ++k) { many += progress_frame(i * 1000 + k, ~0U); }
    return many;
  });
}

TEST(Session, TooManyFramesBetweenStepsAreAFlood) {
  std::string many;
  for (unsigned i = 0; i < 200; ++i) { many += progress_frame(i, 1000); }
  EXPECT_EQ(failure_of(many, [](Session& session) { session.listen_in(); }),
            (Said{"node-floods-session", "the node floods the session with frames", {}}));
}

TEST(Session, NoStepWaitsForAFrameThatTricklesIn) {
  expect_every_step_ends(5ms, [](unsigned i) {
    return i == 1 ? std::string("\xff\xff\x7f", 3) : std::string(1, 'x');
  });
}

TEST(Session, NoStepTakesAnswersToHeartbeatsThatWereNotSent) {
  proto::FromAgent alive;
  alive.mutable_alive();
  expect_every_step_ends(5ms, [octets = frame_of(alive)](unsigned) { return octets; });
  EXPECT_EQ(failure_of(frame_of(alive), [](Session& session) { session.status(); }).id,
            "node-heartbeat-unasked");
}

TEST(Session, ProgressMakesAStepLongerByASecondForEachChange) {
  std::atomic<bool> ended = false;
  const auto node = std::make_shared<Loopback>();
  proto::FromAgent changes;
  changes.mutable_changes()->add_changes()->set_text("ip link add wg-m type wireguard");
  node->say(frame_of(changes));
  Session session(std::make_unique<LoopbackTransport>(node), {}, 200ms);
  session.propose({});
  const std::jthread agent([&] {
    for (std::uint32_t i = 1; !ended; ++i) {
      node->say(progress_frame(i, 100'000));
      std::this_thread::sleep_for(20ms);
    }
  });
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW(session.apply({}, 200ms), TimedOut);
  ended = true;
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_GE(took, 1200ms);
  EXPECT_LT(took, 10s);
}

TEST(Session, ProgressBeyondItsTotalIsSilence) {
  const auto node = std::make_shared<Loopback>();
  proto::FromAgent changes;
  for (int i = 0; i < 60; ++i) { changes.mutable_changes()->add_changes()->set_text("x"); }
  node->say(frame_of(changes));
  Session session(std::make_unique<LoopbackTransport>(node), {}, 100ms);
  session.propose({});
  std::atomic<bool> ended = false;
  const std::jthread agent([&] {
    node->say(progress_frame(1, 2));
    // Of a larger total each time.
    for (std::uint32_t i = 3; !ended; ++i) {
      node->say(progress_frame(i, i + 1));
      std::this_thread::sleep_for(10ms);
    }
  });
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW(session.apply({}, 100ms), Error);
  ended = true;
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
}

// ---- between steps ----

TEST(Session, HearsBetweenStepsThatTheNodeHasUndone) {
  const auto node = std::make_shared<Loopback>();
  Session session(std::make_unique<LoopbackTransport>(node), {}, 200ms);
  session.beat(1s);
  proto::FromAgent undone;
  undone.mutable_undone();
  node->say(frame_of(undone));
  node->hang_up();
  try {
    session.beat(1s);
    FAIL();
  } catch (const AgentError& error) {
    EXPECT_TRUE(error.undone());
    EXPECT_EQ(error.id(), "node-undid-by-itself");
  }
}

TEST(Session, KeepsAnAnswerThatCameBetweenStepsForItsStep) {
  const auto node = std::make_shared<Loopback>();
  Session session(std::make_unique<LoopbackTransport>(node), {}, 200ms);
  session.send_switch_over();
  proto::FromAgent switched;
  switched.mutable_switched_over()->set_at(7);
  node->say(frame_of(switched));
  session.beat(1s);
  session.listen_in();
  EXPECT_EQ(session.wait_switched_over(200ms).at(), 7);
}

TEST(Session, AnInterruptBetweenStepsIsOfTheStepBefore) {
  const auto node = std::make_shared<Loopback>();
  Session session(std::make_unique<LoopbackTransport>(node), {}, 200ms);
  session.interrupt();
  session.beat(1s);
  session.interrupt();
  proto::FromAgent undone;
  undone.mutable_undone();
  node->say(frame_of(undone));
  EXPECT_EQ(session.undo(200ms).error(), "");
}

TEST(Session, MissesASignOfLifeOnlyWhenABeatIsUnanswered) {
  const auto node = std::make_shared<Loopback>();
  Session session(std::make_unique<LoopbackTransport>(node), {}, 200ms);
  session.beat(30ms);
  proto::FromAgent alive;
  alive.mutable_alive();
  node->say(frame_of(alive));
  std::this_thread::sleep_for(60ms);  // as if mesh had been stopped: the answer is there
  session.beat(30ms);
  std::this_thread::sleep_for(60ms);
  EXPECT_THROW(session.beat(30ms), TimedOut);
}

}  // namespace
}  // namespace wgmesh::session_test
