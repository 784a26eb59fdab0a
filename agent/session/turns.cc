#include "agent/session/turns.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>

#include "agent/session/protocol_error.h"
#include "agent/text/messages.h"

namespace wgmesh {
namespace {

using Body = proto::ToAgent;

class Phases {
 public:
  constexpr Phases(std::initializer_list<Phase> phases) {
    for (const Phase phase : phases) { bits_ |= bit(phase); }
  }
  constexpr bool contains(Phase phase) const { return (bits_ & bit(phase)) != 0; }

 private:
  static constexpr unsigned bit(Phase phase) { return 1U << static_cast<unsigned>(phase); }
  unsigned bits_ = 0;
};

constexpr std::string_view kUnopened = "a message before open";
constexpr std::string_view kBenchInChange = "bench in a session that changes the node";

struct Turn {
  Body::BodyCase message;
  std::string_view step;
  Phases phases;
  std::string_view otherwise;
};

constexpr Phases kAny{Phase::kUnopened, Phase::kRefused,    Phase::kReading,   Phase::kOpen,
                      Phase::kProposed, Phase::kNothingDue, Phase::kStaged,    Phase::kSwitched,
                      Phase::kApplied,  Phase::kHeld,       Phase::kCommitted, Phase::kUndoFailed};
constexpr Phases kAnyOpen{
    Phase::kReading,  Phase::kOpen,    Phase::kProposed, Phase::kNothingDue, Phase::kStaged,
    Phase::kSwitched, Phase::kApplied, Phase::kHeld,     Phase::kCommitted,  Phase::kUndoFailed};

constexpr std::array<Turn, 17> kTurns{{
    {Body::kOpen, "open", {Phase::kUnopened}, "a second open"},
    {Body::kMakeSecrets,
     "secrets",
     {Phase::kReading, Phase::kOpen, Phase::kProposed, Phase::kNothingDue},
     "make-secrets after apply, or after an undo that failed"},
    {Body::kPropose,
     "plan",
     {Phase::kReading, Phase::kOpen, Phase::kProposed, Phase::kNothingDue},
     "a plan after apply, or after an undo that failed"},
    {Body::kApply,
     "apply",
     {Phase::kProposed, Phase::kNothingDue},
     "apply without a plan, or in a session that only reads"},
    // A node whose keys stay has nothing to switch.
    {Body::kSwitchOver, "switch", {Phase::kStaged, Phase::kApplied}, "a switch without apply"},
    // The node may have called by itself already.
    {Body::kCallPeers, "call", {Phase::kSwitched, Phase::kApplied}, "a call before the switch"},
    {Body::kHold,
     "hold",
     {Phase::kApplied},
     "hold without apply, before the switch, or a second hold"},
    {Body::kCommit,
     "commit",
     {Phase::kNothingDue, Phase::kHeld},
     "commit before hold, or without a plan"},
    {Body::kCallAgain,
     "call",
     {Phase::kNothingDue, Phase::kCommitted},
     "a second call before the commit"},
    {Body::kUndo, "undo", kAny, ""},
    {Body::kHeartbeat, "", kAny, ""},
    {Body::kAskStatus, "status", kAnyOpen, kUnopened},
    {Body::kListen, "listen", kAnyOpen, kUnopened},
    {Body::kProbe, "probe", kAnyOpen, kUnopened},
    {Body::kBenchReceive, "bench", {Phase::kReading}, kBenchInChange},
    {Body::kBenchSend, "bench", {Phase::kReading}, kBenchInChange},
    {Body::kExportFiles,
     "export",
     {Phase::kReading},
     "an export in a session that changes the node"},
}};

const Turn* turn_of(Body::BodyCase message) {
  const auto* const found = std::ranges::find(kTurns, message, &Turn::message);
  return found == kTurns.end() ? nullptr : found;
}

}  // namespace

std::string step_of(Body::BodyCase message) {
  const Turn* const turn = turn_of(message);
  return turn == nullptr ? std::string() : std::string(turn->step);
}

void require_turn(Body::BodyCase message, Phase phase) {
  const Turn* const turn = turn_of(message);
  if (turn == nullptr) { throw ProtocolError(say<"session-message-invalid">("an empty message")); }
  if (turn->phases.contains(phase)) { return; }
  const bool is_before_open = message != Body::kOpen && phase <= Phase::kRefused;
  throw ProtocolError(
      say<"session-message-misplaced">(is_before_open ? kUnopened : turn->otherwise));
}

}  // namespace wgmesh
