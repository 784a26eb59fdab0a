// What a session tells of the node as it is now.
#pragma once

#include "agent/change/node_change.h"
#include "agent/state/kernel.h"
#include "agent/store/store.h"
#include "proto/session.pb.h"

namespace wgmesh {

// `change`: the session's own, which knows peers that are not stored yet.
proto::Status told_status(Kernel& kernel, const Store& store, const proto::Open& open,
                          const proto::AskStatus& wanted, const NodeChange& change);

}  // namespace wgmesh
