// Which message of the controller may come in which phase of the session: one table. Knows nothing
// of what a message does.
#pragma once

#include <string>

#include "agent/change/phase.h"
#include "proto/session.pb.h"

namespace wgmesh {

// What the session says it was doing when it fails: "apply". Empty for messages that begin no step,
// such as a heartbeat.
std::string step_of(proto::ToAgent::BodyCase message);

// Throws ProtocolError if it is not the message's turn.
void require_turn(proto::ToAgent::BodyCase message, Phase phase);

}  // namespace wgmesh
