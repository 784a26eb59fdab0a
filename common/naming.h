// Every name and number that is derived from mesh and node names: interface names, the mark of
// ownership, inner addresses, MACs. Fixed hashes (BLAKE2b over labelled, NUL-separated names), so
// the controller, the agent and a person with this page compute the same, and no state is needed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/limits.h"
#include "common/net.h"

namespace wgmesh {

inline constexpr std::size_t kMaxInterfaceName = 15;
inline constexpr std::size_t kMaxMeshName = 12;
inline constexpr std::size_t kMaxNodeName = 63;

// What each may be called. A name from outside is checked before it becomes part of a path.
bool is_mesh_name(std::string_view name);  // [A-Za-z0-9_-]{1,12}
bool is_node_name(std::string_view name);  // [A-Za-z0-9][A-Za-z0-9._-]{0,62}
// As the kernel has it (dev_valid_name), without what is no ASCII.
bool is_interface_name(std::string_view name);

std::string wireguard_name(std::string_view mesh);  // wg-NAME
std::string bridge_name(std::string_view mesh);     // br-NAME
// gt-NAME-PEER where that fits and NAME has no '-'; otherwise a readable cut and a hash, at
// most 15 characters.
std::string tunnel_name(std::string_view mesh, std::string_view peer);
// gt-NAME-PEER, whole; gt-NAME~PEER where NAME has a '-': mesh "a-b", peer "c" is not mesh "a",
// peer "b-c".
std::string tunnel_full_name(std::string_view mesh, std::string_view peer);
// What it was before: always gt-NAME-PEER. Plans that are stored have it.
std::string former_full_name(std::string_view mesh, std::string_view peer);

// The mark of ownership: a device group that a mesh's interfaces are created in (never 0, the
// default group; above 2^16, away from hand-made ones), and an alias "wgmesh:NAME" or
// "wgmesh:NAME:PEER".
std::uint32_t interface_group(std::string_view mesh);
std::string interface_alias(std::string_view mesh, std::string_view peer = {});

// The default underlay: an IPv6 /64 in fd00::/8 derived from the mesh name.
Prefix default_underlay(std::string_view mesh);
// The same for tunnels over IPv4: a /19 of 198.18.0.0/15, which RFC 2544 keeps off the Internet.
Prefix default_ipv4_underlay(std::string_view mesh);
// A node's address under `underlay`, never its network or broadcast address. The length is the
// underlay's.
Prefix inner_address(std::string_view mesh, std::string_view node, const Prefix& underlay);

// Locally administered unicast MACs.
MacAddress bridge_mac(std::string_view mesh, std::string_view node);
MacAddress tunnel_mac(std::string_view mesh, std::string_view node, std::string_view peer);

}  // namespace wgmesh
