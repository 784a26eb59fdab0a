// Lets c-ares 1.18 talk to name servers with link-local addresses: it has no place for the zone, so
// the zone is put in when its socket connects.
#pragma once

#include <ares.h>

#include <map>

#include "common/net.h"

namespace wgmesh {

using Zones = std::map<IpAddress, unsigned>;  // interface index, by link-local address

// For ares_set_socket_functions, with a Zones as its user data.
const ares_socket_functions& zoned_socket_functions();

}  // namespace wgmesh
