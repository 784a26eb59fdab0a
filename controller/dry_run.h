// How a dry run ends, of whatever command: `plan`, and every -n.
#pragma once

#include "controller/command_line.h"
#include "controller/fleet/transaction_result.h"
#include "controller/mesh/mesh.h"

namespace wgmesh {

// Prints what would change, but with -J, where the result document has it. Returns the exit code.
int tell_dry_run(const CommandLine& command_line, const Mesh& mesh,
                 const TransactionResult& result);

}  // namespace wgmesh
