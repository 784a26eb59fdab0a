// Where the peers of a mesh are: the endpoints that a controller names, as addresses. Knows neither
// the kernel's routes nor what a session is.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "agent/peers/resolver.h"
#include "common/net.h"
#include "proto/session.pb.h"

namespace wgmesh {

// Endpoints as Open has them, resolved, by peer node.
using ResolvedEndpoints = std::map<std::string, Resolved>;

// Every endpoint of `open`, resolved at the same time.
ResolvedEndpoints resolve_endpoints(const proto::Open& open, std::chrono::milliseconds patience);

// For each peer the first resolved address that the node has a route to.
std::map<std::string, SocketAddress> choose_endpoints(const proto::Open& open,
                                                      const proto::Hello& hello);

}  // namespace wgmesh
