// What the nodes of a mesh have said of themselves before anything is decided.
#pragma once

#include <map>
#include <string>

#include "proto/session.pb.h"

namespace wgmesh {

// What the planner needs of a node's Hello. A node of the mesh that is not in it could not be asked
// and is planned around: its peers keep what they have stored of it (Peer.as_stored), so a link
// that works goes on working, and one that never was is made when the node is there.
using Facts = std::map<std::string, proto::Hello>;  // by node name

}  // namespace wgmesh
