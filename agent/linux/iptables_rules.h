// The older iptables, whose table is one run of octets: what happens in a hook to every packet.
// Pure; firewall.h asks the kernel.
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/linux/nft_rules.h"
#include "agent/netlink/attributes.h"

namespace wgmesh {

// The verdict for what nothing else is said of, between the offsets of a hook's first rule and of
// its policy (ipt_getinfo's hook_entry and underflow). kAccept where a rule for the bridge's name
// lets pass, and where the octets are no table.
RuleReport::Verdict fate_in_iptables(Octets entries, std::uint32_t first, std::uint32_t policy,
                                     std::string_view bridge);

}  // namespace wgmesh
