// One node's part of a mesh whose other nodes are made up. Keys, names and addresses follow from their number alone, so
// whoever asks twice gets the same mesh. Pure.
#pragma once

#include <string>

#include "agent/state/state.h"
#include "proto/session.pb.h"

namespace wgmesh {

std::string made_up_name(int number);  // of the peers 1 to N
proto::Open open_for_made_up(int peers);
proto::ShortPeers made_up_peers(int peers);
// What the node is to become, with preshared keys that are no secrets.
State made_up_state(int peers);

}  // namespace wgmesh
