#include "agent/inspect.h"

#include <unistd.h>

#include <cerrno>

#include "agent/change/drift.h"
#include "agent/status/current_status.h"

namespace wgmesh {

void expect_readable(const Store& store) {
  if (::access(store.root().c_str(), R_OK | X_OK) != 0 && errno == EACCES) {
    throw SystemError("read " + store.root(), EACCES);
  }
}

Inspection inspect_one(Kernel& kernel, const Store& store, const std::string& mesh,
                       const AbandonedChange& change) {
  const KernelReading reading = kernel.read(mesh, true);
  const Loaded loaded = store.load(mesh);
  Inspection inspection;
  inspection.open_change = change.left;
  if (!change.settled.warnings.empty()) {
    inspection.open_change_fault = change.settled.warnings.front();
  }
  inspection.status = current_status(reading, loaded, store, mesh);
  const State observed = observation_of(reading, {mesh, {}, {}}).state;
  inspection.is_device_up = observed.wireguard && observed.wireguard->interface.up;
  inspection.is_bridge_up = observed.bridge && observed.bridge->interface.up;
  inspection.plan = loaded.mesh.plan;
  // What is wrong with the files is among the warnings of the status already.
  if (loaded.faults.empty()) { inspection.drift = drift_of(reading, loaded, store, mesh); }
  return inspection;
}

std::vector<Inspection> inspect(const ThisNode& this_node, const std::string& mesh) {
  const Store store(this_node.paths.state);
  expect_readable(store);
  const auto kernel = this_node.open_kernel();
  std::vector<Inspection> inspections;
  for (const std::string& name : store.meshes(mesh)) {
    inspections.push_back(
        inspect_one(*kernel, store, name, finish_abandoned(this_node, *kernel, store, name)));
  }
  return inspections;
}

}  // namespace wgmesh
