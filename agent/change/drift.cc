#include "agent/change/drift.h"

#include <fmt/format.h>

#include "agent/change/stored_goal.h"
#include "agent/state/diff.h"
#include "agent/state/observed.h"
#include "agent/store/journal.h"
#include "agent/text/messages.h"

namespace wgmesh {
namespace {

WantedChange goal_of(const Loaded& loaded, const std::string& folder) {
  if (!loaded.mesh.taken_down) { return stored_goal(loaded, folder); }
  WantedChange goal;
  goal.kind = proto::DOWN;
  return goal;
}

}  // namespace

Drift drift_of(const KernelReading& reading, const Loaded& loaded, const Store& store,
               const std::string& mesh) {
  try {
    Proposal proposal =
        proposal_without_files(reading, loaded, mesh, goal_of(loaded, store.folder(mesh)));
    fill_in_times(proposal.observed, loaded.mesh.plan);
    const State desired = with_live_endpoints(proposal.desired, proposal.observed);
    Drift drift;
    drift.operations.emplace();
    for (const Operation& operation : diff(desired, proposal.observed)) {
      drift.operations->push_back(describe(operation));
    }
    if (!proposal.left_out.empty()) {
      drift.obstacle =
          say<"restore-port-missing">(fmt::format("{}", fmt::join(proposal.left_out, ", ")));
    }
    if (proposal.hosts_left_out) { drift.obstacle = proposal.hosts_left_out; }
    return drift;
  } catch (const Error& error) { return {{}, Said{error.id(), error.message(), error.cure()}}; }
}

std::optional<proto::Drift> told_drift(const KernelReading& reading, const Loaded& loaded,
                                       const Store& store, const std::string& mesh) {
  const StoredMesh& stored = loaded.mesh;
  if (!stored.plan || stored.taken_down || Journal(store, mesh).open()) { return std::nullopt; }
  const Drift drift = drift_of(reading, loaded, store, mesh);
  // `restore` and `mesh up` say why. A status is told all the same.
  if (!drift.operations) { return std::nullopt; }
  proto::Drift told;
  for (const std::string& operation : *drift.operations) { told.add_operations(operation); }
  return told;
}

}  // namespace wgmesh
