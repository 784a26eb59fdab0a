#include "tests/support/controller/scripted_fleet.h"

namespace wgmesh {

Mesh three_nodes() {
  Mesh mesh;
  mesh.name = "m";
  mesh.network = *parse_prefix("fd00::/64");
  mesh.underlay = *parse_prefix("fd01::/64");
  for (const char* name : {"a", "b", "c"}) {
    Node node;
    node.name = name;
    node.addresses = {*parse_prefix("fd00::1/64")};
    node.addresses[0].address.octets[15] = static_cast<std::uint8_t>(name[0]);
    node.endpoint = HostPort{std::string(name) + ".example", 51820};
    mesh.nodes.push_back(node);
  }
  return mesh;
}

ScriptedFleet::ScriptedFleet() {
  for (const Node& node : mesh_.nodes) {
    nodes_.push_back(&node);
    scripts_[node.name].public_key_octet = static_cast<std::uint16_t>(node.name[0] - 'a' + 1);
  }
}

}  // namespace wgmesh
