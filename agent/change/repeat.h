// Changes a kernel until it is as it shall be, where nobody can turn back any more.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "agent/state/kernel.h"
#include "agent/state/observation.h"
#include "agent/state/operation.h"

namespace wgmesh {

// Called with the number of operations acknowledged so far, and their total.
using OnProgress = std::function<void(std::size_t done, std::size_t total)>;

// What is to be done, now that this is observed. `has_applied`: all of it was done before.
using List = std::function<std::vector<Operation>(const Observation&, bool has_applied)>;

// Observes, lists and applies until nothing is listed. A refusal may pass (a device is busy for an
// instant), so it counts only when it comes three times: then it is thrown. Returns what was observed last.
Observation repeat(Kernel& kernel, const Scope& scope, const OnProgress& progress,
                   const List& list);

}  // namespace wgmesh
