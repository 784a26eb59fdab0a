// One function per verb, and the exit codes that they return. Each prints its result on stdout and
// its errors on stderr; an exception that leaves one is main's to print.
#pragma once

#include "controller/command_line.h"
#include "controller/mesh/mesh.h"

namespace wgmesh {

enum ExitCode : int {
  kExitDone = 0,            // changed or not
  kExitFailed = 1,          // and every node is as it was; `check`: something is wrong
  kExitChangesPending = 2,  // only plan --detailed-exitcode
  kExitNodesSkipped = 3,    // done, but nodes were skipped
  kExitUnreachable = 4,     // nothing changed
  kExitLocked = 5,          // by another controller
  kExitUnknownState = 6,    // at least one node is in neither state: somebody must look
  kExitNotForwarding = 7,   // all stands as planned, but not every pair forwards within the wait
  kExitBadUsage = 64,       // as sysexits.h has them
  kExitBadMeshFile = 65,
  kExitInterrupted = 130,
};

// Done, if not everywhere.
inline bool is_done(int exit_code) {
  return exit_code == kExitDone || exit_code == kExitNodesSkipped;
}

int run_up(const CommandLine& command_line, const Mesh& mesh);  // and sync
int run_down(const CommandLine& command_line, const Mesh& mesh);
int run_plan(const CommandLine& command_line, const Mesh& mesh);
int run_show(const CommandLine& command_line, const Mesh& mesh);
int run_info(const CommandLine& command_line, const Mesh& mesh);
int run_check(const CommandLine& command_line, const Mesh& mesh);
int run_conf(const CommandLine& command_line, const Mesh& mesh);

}  // namespace wgmesh
