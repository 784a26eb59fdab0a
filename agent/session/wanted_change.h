// What a session's controller proposes, as a goal of this node.
#pragma once

#include <map>
#include <string>

#include "agent/change/proposal.h"
#include "agent/session/session_secrets.h"
#include "agent/store/stored_mesh.h"
#include "proto/session.pb.h"

namespace wgmesh {

// Takes the sealed keys into `secrets`. `stored`: what the node has of the mesh. `endpoints`: of the
// peers that `open` asked for, resolved.
// Checks all of it, for the controller is hostile until then: throws ProtocolError, or Refused for
// a plan that is not for this node.
WantedChange wanted_change(const proto::Propose& wanted, const proto::Open& open,
                           const StoredMesh& stored, SessionSecrets& secrets,
                           const std::map<std::string, SocketAddress>& endpoints);

}  // namespace wgmesh
