#include "agent/abandoned_change.h"

#include <unistd.h>

#include <ctime>

#include "agent/store/journal.h"
#include "agent/store/lock.h"
#include "agent/text/messages.h"

namespace wgmesh {

AbandonedChange finish_abandoned(const ThisNode& this_node, Kernel& kernel, const Store& store,
                                 const std::string& mesh) {
  AbandonedChange change;
  if (!Journal(store, mesh).open()) { return change; }
  const Holder me{"wgmesh-agent status", kEndsSoon, std::time(nullptr), ::getpid()};
  try {
    const auto lock = MeshLock::try_take(this_node.paths.run, mesh, me);
    if (!lock) {
      change.left = OpenChange::kUnderWay;
      return change;
    }
    const NodeLog log(this_node.paths);
    change.settled = settle(kernel, store, mesh, Errand::kToLook, log);
  } catch (const Error& error) {
    change.settled.warnings.push_back(say<"change-stays-open">(error.message()));
  }
  if (Journal(store, mesh).open()) { change.left = OpenChange::kStays; }
  return change;
}

}  // namespace wgmesh
