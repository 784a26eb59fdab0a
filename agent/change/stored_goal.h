// What a node shall be by what is stored there, without a controller: what `restore` brings up, and
// what a status is compared with.
#pragma once

#include <string>

#include "agent/change/proposal.h"

namespace wgmesh {

// Of a mesh that shall be up: the committed plan, keys, and the addresses that endpoints had when
// it was committed. Throws Error, with what to do, for files that are damaged or missing in
// `folder`: nothing is half restored.
WantedChange stored_goal(const Loaded& loaded, const std::string& folder);

}  // namespace wgmesh
