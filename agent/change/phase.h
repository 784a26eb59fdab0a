// How far a session's one change is. What may come next follows from it (session/turns.h).
#pragma once

#include <cstdint>

namespace wgmesh {

enum class Phase : std::uint8_t {
  kUnopened,    // nobody has said which mesh it is
  kRefused,     // the open could not be answered; nothing follows
  kReading,     // open, and nothing may be changed: no lock is held
  kOpen,        // open, and nothing is proposed, or no longer
  kProposed,    // a list of changes was told
  kNothingDue,  // a list was told, and it is empty
  // From here on the node is no longer as before, and a journal is open.
  kStaged,    // applied, and new keys wait for the switch
  kSwitched,  // new keys are in use, and new peers wait to be called
  kApplied,   // everything is done that comes before the commit
  kHeld,      // as kApplied, and silence alone undoes nothing before the confirm timeout
  // From here on nothing can be taken back.
  kCommitted,
  kUndoFailed,  // neither the new state nor the old one
};

constexpr bool is_open_change(Phase phase) {
  return phase >= Phase::kStaged && phase <= Phase::kHeld;
}

}  // namespace wgmesh
