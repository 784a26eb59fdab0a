// A hello is believed only after this has looked at it: one node's word decides about the MTU, the
// keys and the peers of all the others. Knows nothing of other nodes' hellos (identity.h does).
#pragma once

#include "proto/session.pb.h"

namespace wgmesh {

// Throws Error, with what was told, for a hello that is no honest answer to `open`: keys and proofs
// of another size, keys without secrets, routes that were not asked for, addresses and MTUs that
// cannot be, names that are none.
void check_hello(const proto::Open& open, const proto::Hello& hello);

// The same for sealed keys: one for each that was asked for. The peer that gets one cannot know who
// is to blame for it.
void check_secrets(const proto::MakeSecrets& wanted, const proto::Secrets& made);

// The same for counts of changes: how long a node may work depends on them.
void check_changes(const proto::Changes& changes);

}  // namespace wgmesh
