// How far a node is from what is stored there: listed, and nothing changes. Endpoints do not count: peers roam.
#pragma once

#include <optional>
#include <string>

#include "agent/state/kernel.h"
#include "agent/status/inspection.h"
#include "agent/store/store.h"
#include "proto/status.pb.h"

namespace wgmesh {

// What keeps the node from becoming what is stored is a part of the answer. `store` only names the mesh's folder.
Drift drift_of(const KernelReading& reading, const Loaded& loaded, const Store& store,
               const std::string& mesh);

// For a session that only looks. Nothing where it is not known: where no whole plan is stored, where the mesh was taken
// down, while a change goes on, and where the plan cannot be made here any more.
std::optional<proto::Drift> told_drift(const KernelReading& reading, const Loaded& loaded,
                                       const Store& store, const std::string& mesh);

}  // namespace wgmesh
