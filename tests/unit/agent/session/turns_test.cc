#include "agent/session/turns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "agent/session/protocol_error.h"

namespace wgmesh::turns_test {
namespace {

using Message = proto::ToAgent;

constexpr auto kLastPhase = Phase::kUndoFailed;

bool may_come(Message::BodyCase message, Phase phase) {
  try {
    require_turn(message, phase);
    return true;
  } catch (const ProtocolError&) { return false; }
}

std::set<Phase> phases_of(Message::BodyCase message) {
  std::set<Phase> phases;
  for (int phase = 0; phase <= static_cast<int>(kLastPhase); ++phase) {
    if (may_come(message, static_cast<Phase>(phase))) { phases.insert(static_cast<Phase>(phase)); }
  }
  return phases;
}

Said refusal(Message::BodyCase message, Phase phase) {
  try {
    require_turn(message, phase);
  } catch (const ProtocolError& error) { return {error.id(), error.message(), error.cure()}; }
  return {};
}

constexpr std::array kEveryMessage = {
    Message::kOpen,      Message::kMakeSecrets,  Message::kPropose,    Message::kApply,
    Message::kCommit,    Message::kUndo,         Message::kHeartbeat,  Message::kAskStatus,
    Message::kListen,    Message::kProbe,        Message::kSwitchOver, Message::kCallPeers,
    Message::kHold,      Message::kBenchReceive, Message::kBenchSend,  Message::kExportFiles,
    Message::kCallAgain,
};

TEST(Turns, EveryMessageHasOne) {
  for (const auto message : kEveryMessage) { EXPECT_FALSE(phases_of(message).empty()); }
}

TEST(Turns, NothingButOpenBeginsASession) {
  const std::set<Message::BodyCase> harmless = {Message::kUndo, Message::kHeartbeat};
  for (const auto message : kEveryMessage) {
    EXPECT_EQ(may_come(message, Phase::kUnopened),
              message == Message::kOpen || harmless.contains(message));
    EXPECT_EQ(may_come(message, Phase::kRefused), harmless.contains(message));
  }
  EXPECT_EQ(phases_of(Message::kOpen), std::set{Phase::kUnopened});
  EXPECT_EQ(refusal(Message::kApply, Phase::kUnopened),
            (Said{"session-message-misplaced", "a message before open", ""}));
  EXPECT_EQ(refusal(Message::kOpen, Phase::kRefused).text, "a second open");
}

TEST(Turns, ASessionThatReadsChangesNothing) {
  for (const auto message : {Message::kApply, Message::kSwitchOver, Message::kCallPeers,
                             Message::kHold, Message::kCommit, Message::kCallAgain}) {
    EXPECT_FALSE(may_come(message, Phase::kReading)) << step_of(message);
  }
}

TEST(Turns, NobodyCommitsWhatIsNotHeld) {
  EXPECT_EQ(phases_of(Message::kCommit), (std::set{Phase::kNothingDue, Phase::kHeld}));
  EXPECT_EQ(phases_of(Message::kHold), std::set{Phase::kApplied});
}

TEST(Turns, NewKeysAreStagedThenSwitchedThenCalled) {
  EXPECT_EQ(phases_of(Message::kSwitchOver), (std::set{Phase::kStaged, Phase::kApplied}));
  EXPECT_EQ(phases_of(Message::kCallPeers), (std::set{Phase::kSwitched, Phase::kApplied}));
}

TEST(Turns, PeersAreCalledAgainWhenTheChangeIsDone) {
  EXPECT_EQ(phases_of(Message::kCallAgain), (std::set{Phase::kNothingDue, Phase::kCommitted}));
  EXPECT_EQ(refusal(Message::kCallAgain, Phase::kApplied).text, "a second call before the commit");
}

TEST(Turns, NothingBeginsAnewOnceItIsApplied) {
  for (const Phase phase : {Phase::kStaged, Phase::kSwitched, Phase::kApplied, Phase::kHeld,
                            Phase::kCommitted, Phase::kUndoFailed}) {
    for (const auto message : {Message::kMakeSecrets, Message::kPropose, Message::kApply}) {
      EXPECT_FALSE(may_come(message, phase)) << step_of(message);
    }
  }
}

// Load would come on top of a change that may still have to be undone.
TEST(Turns, NobodyMeasuresThroughputInASessionThatChangesTheNode) {
  for (const auto message : {Message::kBenchReceive, Message::kBenchSend}) {
    EXPECT_EQ(phases_of(message), std::set{Phase::kReading});
    EXPECT_EQ(refusal(message, Phase::kApplied).text, "bench in a session that changes the node");
  }
}

TEST(Turns, NobodyExportsInASessionThatChangesTheNode) {
  EXPECT_EQ(phases_of(Message::kExportFiles), std::set{Phase::kReading});
  EXPECT_EQ(refusal(Message::kExportFiles, Phase::kOpen).text,
            "an export in a session that changes the node");
}

TEST(Turns, AMessageWithoutABodyHasNone) {
  EXPECT_TRUE(phases_of(Message::BODY_NOT_SET).empty());
  EXPECT_EQ(refusal(Message::BODY_NOT_SET, Phase::kOpen),
            (Said{"session-message-invalid", "an empty message", ""}));
}

}  // namespace
}  // namespace wgmesh::turns_test
