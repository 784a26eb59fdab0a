// What the node's packet filters do to the frames that its bridge passes on. br_netfilter hands
// them to the IP firewall, whose FORWARD chains Docker, firewalld and others end with a drop; the
// bridge family has chains of its own. And whether questions of peers come in by the WireGuard
// device. Read only; loads no module.
#pragma once

#include <string>
#include <vector>

#include "proto/session.pb.h"

namespace wgmesh {

// Of this network namespace, for the mesh's bridge and, where `device` is not empty, for what comes
// in by it (DROPS_UNASKED; not in the older iptables). Rules that ask for more than these names are
// not read, so this is a hint.
std::vector<proto::FirewallFault> find_firewall_faults(const std::string& bridge,
                                                       const std::string& device = {});

}  // namespace wgmesh
