// State as a message and back, for the journal: a file of mode 0600 on the node, from which an undo
// knows what was there before. An exact round trip, secrets included, so the message is wiped by
// whoever made it. No files here.
#pragma once

#include "agent/state/state.h"
#include "proto/journal.pb.h"

namespace wgmesh {

proto::SavedState save(const State& state);

// Overwrites the keys in it.
void wipe_secrets(proto::SavedState& saved);

// Throws Error that names what is damaged.
State load(const proto::SavedState& saved);

}  // namespace wgmesh
