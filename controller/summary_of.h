// The counts of a run, out of what became of each node: what `up`, `sync`, `rotate` and `down` end
// with. Pure.
#pragma once

#include "controller/command_line.h"
#include "controller/fleet/transaction_result.h"
#include "controller/show/render_changes.h"

namespace wgmesh {

// Each node is in one count: changed, unchanged or skipped. Pairs and forwarding stay as they are
// by default: whoever has asked the nodes knows them.
Summary summary_of(Verb verb, const TransactionResult& result);

}  // namespace wgmesh
