// How `mesh` ends, for scripts. The README lists the same numbers.
#pragma once

namespace wgmesh {

enum ExitCode : int {
  kExitDone = 0,            // changed or not
  kExitFailed = 1,          // and every node is as it was; `check`, `bench`: something is wrong
  kExitChangesPending = 2,  // only --detailed-exitcode, of a dry run
  kExitNodesSkipped = 3,    // done, but nodes were skipped
  kExitUnreachable = 4,     // nothing changed
  kExitLocked = 5,          // by another controller
  kExitUnknownState = 6,    // nodes differ, or nobody knows of one: look, then `up`
  kExitNotForwarding = 7,   // all stands as planned, but not every pair forwards within the wait
  kExitBadUsage = 64,       // as sysexits.h has them
  kExitBadMeshFile = 65,
  kExitInterrupted = 130,
};

// Done, if not everywhere.
inline bool is_done(int exit_code) {
  return exit_code == kExitDone || exit_code == kExitNodesSkipped;
}

}  // namespace wgmesh
