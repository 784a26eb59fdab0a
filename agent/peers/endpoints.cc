#include "agent/peers/endpoints.h"

#include <cstdint>
#include <set>

namespace wgmesh {

ResolvedEndpoints resolve_endpoints(const proto::Open& open, std::chrono::milliseconds patience) {
  std::set<std::string> hosts;
  for (const proto::OpenPeer& peer : open.peers()) {
    if (const auto endpoint = parse_host_port(peer.endpoint())) { hosts.insert(endpoint->host); }
  }
  const auto answers = resolve(hosts, patience);
  ResolvedEndpoints resolved;
  for (const proto::OpenPeer& peer : open.peers()) {
    if (const auto endpoint = parse_host_port(peer.endpoint())) {
      resolved[peer.node()] = answers.at(endpoint->host);
    }
  }
  return resolved;
}

std::map<std::string, SocketAddress> choose_endpoints(const proto::Open& open,
                                                      const proto::Hello& hello) {
  std::map<std::string, std::uint16_t> ports;
  for (const proto::OpenPeer& peer : open.peers()) {
    if (const auto endpoint = parse_host_port(peer.endpoint())) {
      ports[peer.node()] = endpoint->port;
    }
  }
  std::map<std::string, SocketAddress> chosen;
  for (const proto::EndpointRoute& route : hello.routes()) {
    const auto address = parse_ip(route.address());
    const auto port = ports.find(route.node());
    if (address && port != ports.end()) { chosen[route.node()] = {*address, port->second}; }
  }
  return chosen;
}

}  // namespace wgmesh
