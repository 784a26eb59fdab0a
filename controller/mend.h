// When a commit did not reach every node (the death of an agent, of a connection, or a controller
// that stood still at that very moment): says what each node is, and waits until a second run can
// mend it.
#pragma once

#include <chrono>

#include "common/said.h"
#include "controller/command_line.h"
#include "controller/run.h"

namespace wgmesh {

// Ends the sessions of `run`. Returns when the nodes of which nobody knows have undone or kept
// their change by themselves.
void await_end_of_doubt(Run& run, const TransactionResult& result);

// For the run that mends: the same, but nothing is asked and no key is made anew.
CommandLine mending(CommandLine command_line);

// Tells in three lists of names what each node is; empty ones are left out. `wait`: how long it
// takes until the second run.
Said warning_of_doubt(const TransactionResult& result, std::chrono::seconds wait);

}  // namespace wgmesh
