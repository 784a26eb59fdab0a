// Takes the agent itself away when a node has no mesh left.
#pragma once

#include <string>
#include <vector>

#include "agent/paths.h"
#include "agent/store.h"

namespace wgmesh {

// The programs that would go with `mesh`: none while another mesh is stored.
std::vector<std::string> agent_leaves_with(const Paths& paths, const Store& store,
                                           const std::string& mesh);

// True when nothing was stored any more, and so the agent, its link and its folders were removed.
bool remove_agent_with_last_mesh(const Paths& paths, const Store& store);

}  // namespace wgmesh
