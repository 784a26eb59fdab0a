// The lock of a controller's session on its mesh.
#pragma once

#include <functional>
#include <optional>

#include "agent/node/this_node.h"
#include "agent/store/lock.h"
#include "agent/store/store.h"
#include "proto/session.pb.h"

namespace wgmesh {

// A session that changes the mesh waits for the lock as MeshLock says, and gives up when `is_gone` says that nobody listens
// any more. A session that only looks wants the lock to finish what a dead session has left. It gets nothing if nothing is
// left, or if somebody holds the lock.
std::optional<MeshLock> take_session_lock(const ThisNode& this_node, const Store& store,
                                          const proto::Open& open,
                                          const std::function<bool()>& is_gone);

}  // namespace wgmesh
