#include "agent/session/told_status.h"

#include <utility>

#include "agent/change/drift.h"
#include "agent/session/short_hello.h"
#include "agent/status/current_status.h"

namespace wgmesh {

proto::Status told_status(Kernel& kernel, const Store& store, const proto::Open& open,
                          const proto::AskStatus& wanted, const NodeChange& change) {
  const KernelReading reading = kernel.read(open.mesh(), true);
  const Loaded loaded = store.load(open.mesh());
  proto::Status status = current_status(reading, loaded, store, open.mesh());
  change.put_names_into(status);
  // A session that changes the node is about another plan than the stored one.
  if (wanted.drift() && !open.changes_state()) {
    if (auto drift = told_drift(reading, loaded, store, open.mesh())) {
      *status.mutable_drift() = std::move(*drift);
    }
  }
  if (wanted.links_only()) { shorten(open, wanted, status); }
  return status;
}

}  // namespace wgmesh
