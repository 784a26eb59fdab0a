// What a mesh is on this node right now: the kernel's measured values, with names and facts from
// the store.
#pragma once

#include <string>

#include "agent/state/kernel.h"
#include "agent/store/store.h"
#include "proto/status.pb.h"

namespace wgmesh {

// Of what was read just now, with counters, and loaded.
proto::Status current_status(const KernelReading& reading, const Loaded& loaded, const Store& store,
                             const std::string& mesh);

// Peers get the names that `plan` knows them by.
void put_names(const proto::Plan& plan, proto::Status& status);

}  // namespace wgmesh
