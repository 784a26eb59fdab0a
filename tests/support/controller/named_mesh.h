// A mesh of nodes that have nothing but a name, an address and an endpoint of that name; and what a
// node says that knows one route.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "controller/mesh/mesh.h"
#include "proto/session.pb.h"

namespace wgmesh {

inline Mesh mesh_named(std::initializer_list<const char*> names,
                       const char* underlay = "fd01::/64") {
  Mesh mesh;
  mesh.name = "m";
  mesh.network = *parse_prefix("10.9.0.0/24");
  mesh.underlay = *parse_prefix(underlay);
  std::uint8_t last = 1;
  for (const char* name : names) {
    Node node;
    node.name = name;
    node.addresses = {*parse_prefix("10.9.0.1/24")};
    node.addresses[0].address.octets[3] = last++;
    node.endpoint = HostPort{name, 51820};
    mesh.nodes.push_back(node);
  }
  return mesh;
}

inline proto::Hello hello_with_route(const char* peer, const char* address, unsigned mtu) {
  proto::Hello hello;
  proto::EndpointRoute& route = *hello.add_routes();
  route.set_node(peer);
  route.set_address(address);
  route.set_mtu(mtu);
  return hello;
}

}  // namespace wgmesh
