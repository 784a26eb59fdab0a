// The plan of mesh0 in the example of the README: mesh `test`, three peers. What a test changes, it
// changes in the message.
#pragma once

#include <string>

#include "agent/state/desired.h"
#include "proto/plan.pb.h"
#include "proto/session.pb.h"

namespace wgmesh {

enum class Underlay { kIpv4, kIpv6 };

proto::Plan example_plan(Underlay underlay = Underlay::kIpv6);
// The example with addresses as endpoints, so that no name server is asked.
proto::Plan plan_with_addresses();
// The same node with that many peers (at most 90), whose endpoints are addresses.
proto::Plan example_plan_of(int peers);
// A change of each kind: a peer goes and one comes; settings, timers, addresses, the MTU.
proto::Plan changed(proto::Plan plan);

// One private key, and a preshared key for each peer of `plan`; fixed, so that tests can compare.
NodeSecrets example_secrets(const proto::Plan& plan);

// Octets that are all `value`.
Secret secret_of(std::uint8_t value);

// What a controller that changes the node says first, for `plan`.
proto::Open open_for(const proto::Plan& plan, std::uint64_t session_number = 7);

// What the example wants where nothing runs yet and every endpoint resolves to 192.0.2.N.
State example_state(const proto::Plan& plan);

}  // namespace wgmesh
