#include "agent/session/session_lock.h"

#include <unistd.h>

#include <ctime>

#include "agent/store/journal.h"

namespace wgmesh {

std::optional<MeshLock> take_session_lock(const ThisNode& this_node, const Store& store,
                                          const proto::Open& open,
                                          const std::function<bool()>& is_gone) {
  const std::string& folder = this_node.paths.run;
  Holder me{open.origin(), open.session_number(), std::time(nullptr), ::getpid()};
  if (open.changes_state()) {
    return MeshLock(folder, open.mesh(), me, this_node.lock_patience, is_gone);
  }
  if (!Journal(store, open.mesh()).open()) { return std::nullopt; }
  me.session_number = kEndsSoon;
  return MeshLock::try_take(folder, open.mesh(), me);
}

}  // namespace wgmesh
