// Forgets a mesh, and takes the agent itself away when a node has no mesh left.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/node/paths.h"
#include "agent/store/lock.h"
#include "agent/store/store.h"

namespace wgmesh {

// The programs, and the units, that would go with `mesh`: none while another mesh is stored.
std::vector<std::string> agent_leaves_with(const Paths& paths, const Store& store,
                                           const std::string& mesh);

// `mesh` was forgotten, and is not brought up at boot any more. True when nothing else was stored
// either, and no session held another mesh, and so the agent, its units, its link and its folders
// were removed.
bool remove_agent_with_last_mesh(const Paths& paths, const Store& store, const std::string& mesh);

// Removes what is stored of `mesh` and its lock's file, then the agent, as above. `tell` gets a
// sentence for each file that is not wgmesh's and stays.
void forget_mesh(const Paths& paths, const Store& store, const std::string& mesh, MeshLock& lock,
                 const std::function<void(const std::string&)>& tell);

}  // namespace wgmesh
