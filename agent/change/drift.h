// How far a node is from what is stored there: counted, and nothing changes.
#pragma once

#include <string>

#include "agent/state/kernel.h"
#include "agent/status/inspection.h"
#include "agent/store/store.h"

namespace wgmesh {

// What keeps the node from becoming what is stored is a part of the answer.
Drift drift_of(Kernel& kernel, const Store& store, const std::string& mesh);

}  // namespace wgmesh
