// What the node's packet filters do to the frames that its bridge passes on. br_netfilter hands
// them to the IP firewall, whose FORWARD chains Docker, firewalld and others end with a drop; the
// bridge family has chains of its own. Read only; loads no module.
#pragma once

#include <string>
#include <vector>

#include "proto/session.pb.h"

namespace wgmesh {

// Of this network namespace, for the mesh's bridge. Rules that ask for more than the bridge's name
// are not read, so this is a hint.
std::vector<proto::FirewallFault> find_firewall_faults(const std::string& bridge);

}  // namespace wgmesh
