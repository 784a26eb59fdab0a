// Plan and secrets in, wanted State out. Every string in a plan is parsed and checked here: until
// then the controller is hostile. Pure.
#pragma once

#include <map>
#include <string>

#include "agent/state/endpoint_choice.h"
#include "agent/state/kernel.h"
#include "agent/state/state.h"
#include "proto/plan.pb.h"

namespace wgmesh {

struct NodeSecrets {
  Secret private_key;
  std::map<std::string, Secret> preshared_keys;  // by peer node name
};

// A live peer's endpoint is kept as the kernel has it, unless its text differs from the committed
// plan's or the last handshake is older than 135 s. Throws Error for a plan that does not hold
// together (bad address, duplicate key or name, missing preshared key, newer format).
State desired_state(const proto::Plan& plan, const NodeSecrets& secrets,
                    const EndpointKnowledge& endpoints);

// Everything that `plan` will name on this node.
Scope scope_of(const proto::Plan& plan);

}  // namespace wgmesh
