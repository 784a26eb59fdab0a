// What a node says of itself when a session opens: all that can make a plan impossible is found
// here, before anything changes.
#pragma once

#include <optional>
#include <string>

#include "agent/node/this_node.h"
#include "agent/peers/endpoints.h"
#include "agent/session/adoption.h"
#include "agent/session/session_secrets.h"
#include "agent/store/store.h"

namespace wgmesh {

// Throws Refused for more peers and bridge_ports than a bridge can hold.
void check_count(int ports);

// Throws ProtocolError for a controller of another protocol, and Refused for an Open that does not
// hold together.
void check_open(const proto::Open& open);

// `loaded`: what `store` has of the mesh.
proto::Hello make_hello(const proto::Open& open, const ThisNode& this_node,
                        const KernelReading& reading, const Store& store, const Loaded& loaded,
                        const SessionSecrets& secrets, const ResolvedEndpoints& endpoints,
                        const Adoption& adoption);

}  // namespace wgmesh
