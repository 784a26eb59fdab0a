#include "agent/session/turns.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>

#include "agent/session/protocol_error.h"

namespace wgmesh {
namespace {

using Message = proto::ToAgent;

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

struct Turn {
  Message::BodyCase message;
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

constexpr std::array<Turn, 13> kTurns{{
    {Message::kOpen, "open", {Phase::kUnopened}, "a second open"},
    {Message::kMakeSecrets,
     "secrets",
     {Phase::kReading, Phase::kOpen, Phase::kProposed, Phase::kNothingDue},
     "make-secrets after apply, or after an undo that failed"},
    {Message::kPropose,
     "plan",
     {Phase::kReading, Phase::kOpen, Phase::kProposed, Phase::kNothingDue},
     "a plan after apply, or after an undo that failed"},
    {Message::kApply,
     "apply",
     {Phase::kProposed, Phase::kNothingDue},
     "apply without a plan, or in a session that only reads"},
    // A node whose keys stay has nothing to switch.
    {Message::kSwitchOver, "switch", {Phase::kStaged, Phase::kApplied}, "a switch without apply"},
    // The node may have called by itself already.
    {Message::kCallPeers, "call", {Phase::kSwitched, Phase::kApplied}, "a call before the switch"},
    {Message::kHold,
     "hold",
     {Phase::kApplied},
     "hold without apply, before the switch, or a second hold"},
    {Message::kCommit,
     "commit",
     {Phase::kNothingDue, Phase::kHeld},
     "commit before hold, or without a plan"},
    {Message::kUndo, "undo", kAny, ""},
    {Message::kHeartbeat, "", kAny, ""},
    {Message::kAskStatus, "status", kAnyOpen, kUnopened},
    {Message::kListen, "listen", kAnyOpen, kUnopened},
    {Message::kProbe, "probe", kAnyOpen, kUnopened},
}};

const Turn* turn_of(Message::BodyCase message) {
  const auto* const found = std::ranges::find(kTurns, message, &Turn::message);
  return found == kTurns.end() ? nullptr : found;
}

}  // namespace

std::string step_of(Message::BodyCase message) {
  const Turn* const turn = turn_of(message);
  return turn == nullptr ? std::string() : std::string(turn->step);
}

void require_turn(Message::BodyCase message, Phase phase) {
  const Turn* const turn = turn_of(message);
  if (turn == nullptr) { throw ProtocolError("an empty message"); }
  if (turn->phases.contains(phase)) { return; }
  const bool is_before_open = message != Message::kOpen && phase <= Phase::kRefused;
  throw ProtocolError(std::string(is_before_open ? kUnopened : turn->otherwise));
}

}  // namespace wgmesh
