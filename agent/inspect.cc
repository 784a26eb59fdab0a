#include "agent/inspect.h"

#include <unistd.h>

#include <cerrno>

#include "agent/abandoned_change.h"
#include "agent/change/drift.h"
#include "agent/status/current_status.h"
#include "agent/store/store.h"

namespace wgmesh {
namespace {

// A monitor that is not root would hear that no mesh is stored.
void expect_readable(const Store& store) {
  if (::access(store.root().c_str(), R_OK | X_OK) != 0 && errno == EACCES) {
    throw SystemError("read " + store.root(), EACCES);
  }
}

Inspection inspect_one(const ThisNode& this_node, Kernel& kernel, const Store& store,
                       const std::string& mesh) {
  Inspection inspection;
  const AbandonedChange change = finish_abandoned(this_node, kernel, store, mesh);
  inspection.open_change = change.left;
  if (!change.settled.warnings.empty()) {
    inspection.open_change_fault = change.settled.warnings.front();
  }
  inspection.status = current_status(kernel, store, mesh);
  const State observed = kernel.observe({mesh, {}, {}}).state;
  inspection.is_device_up = observed.wireguard && observed.wireguard->interface.up;
  inspection.is_bridge_up = observed.bridge && observed.bridge->interface.up;
  const Loaded loaded = store.load(mesh);
  inspection.plan = loaded.mesh.plan;
  // What is wrong with the files is among the warnings of the status already.
  if (loaded.faults.empty()) { inspection.drift = drift_of(kernel, store, mesh); }
  return inspection;
}

}  // namespace

std::vector<Inspection> inspect(const ThisNode& this_node, const std::string& mesh) {
  const Store store(this_node.paths.state);
  expect_readable(store);
  const auto kernel = this_node.open_kernel();
  std::vector<Inspection> inspections;
  for (const std::string& name : store.meshes(mesh)) {
    inspections.push_back(inspect_one(this_node, *kernel, store, name));
  }
  return inspections;
}

}  // namespace wgmesh
