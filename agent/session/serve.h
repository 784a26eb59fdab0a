// The controller's session on this node, message by message (proto/session.proto). Decides what may
// come when; what the steps do is elsewhere. The other side is hostile.
#pragma once

#include "agent/node/this_node.h"
#include "agent/session/session_io.h"

namespace wgmesh {

// Runs until the session is over. Whatever ends it before a commit undoes what was applied. Returns
// the exit code: 0 when it ended in order.
int serve(SessionIo& io, const ThisNode& this_node);

}  // namespace wgmesh
