// The keys of one node of mesh.yaml. What concerns two nodes (peers that exist, addresses that
// collide) is not seen from here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "common/net.h"
#include "controller/file/yaml_value.h"
#include "controller/mesh/mesh.h"

namespace wgmesh {

// What a node takes from the mesh around it.
struct NodeContext {
  std::string mesh;                // its name; empty where that is at fault
  std::optional<Prefix> network;   // empty where that is at fault
  std::optional<Prefix> underlay;  // empty where that is at fault
  std::uint16_t listen_port = 51820;
  std::uint16_t persistent_keepalive = 25;
  std::uint32_t fwmark = 0;
  bool names_inside = false;               // `nodes` is a list
  bool measures = false;                   // path_cost is auto
  bool needs_target = true;                // each node says ssh or exec
  std::span<const std::string> mesh_keys;  // for the hint that a key belongs there
};

// The keys that may stand in a node; `name` only where `nodes` is a list.
std::span<const std::string> node_keys(bool with_name);

// `position` in the file, from 0. `key_place` is where the node's own key or list item stands.
// Where something is at fault the node is returned as far as it was understood.
Node read_node(const Value& value, Place key_place, std::string name, std::size_t position,
               const NodeContext& context);

// Settings that the mesh and each node have: all three optional in `map`, and changed in place.
void read_wireguard_settings(const MapReader& map, std::uint16_t& listen_port,
                             std::uint16_t& persistent_keepalive, std::uint32_t& fwmark);

// A network, not an address in it: no host bits, and nothing that cannot be a segment. Adds a fault
// else.
std::optional<Prefix> read_network(const Value& value);

// Neither the network's own address nor its IPv4 broadcast address.
bool is_host_address(const Prefix& network, const IpAddress& address);

}  // namespace wgmesh
