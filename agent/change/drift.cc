#include "agent/change/drift.h"

#include <fmt/format.h>

#include "agent/change/stored_goal.h"
#include "agent/state/diff.h"
#include "agent/state/observed.h"
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

Drift drift_of(Kernel& kernel, const Store& store, const std::string& mesh) {
  const Loaded loaded = store.load(mesh);
  try {
    Proposal proposal = make_proposal(kernel, store, mesh, goal_of(loaded, store.folder(mesh)));
    fill_in_times(proposal.observed, loaded.mesh.plan);
    const State desired = with_live_endpoints(proposal.desired, proposal.observed);
    Drift drift{diff(desired, proposal.observed).size(), {}};
    if (!proposal.left_out.empty()) {
      drift.obstacle =
          say<"restore-port-missing">(fmt::format("{}", fmt::join(proposal.left_out, ", ")));
    }
    return drift;
  } catch (const Error& error) { return {{}, Said{error.id(), error.message(), error.cure()}}; }
}

}  // namespace wgmesh
