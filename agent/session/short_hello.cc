#include "agent/session/short_hello.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "common/link_octet.h"
#include "common/short_peers.h"

namespace wgmesh {
namespace {

using Places = std::unordered_map<std::string_view, std::uint32_t>;

Places places_of(const proto::Open& open) {
  Places places;
  for (const proto::OpenPeer& peer : open.peers()) {
    places.emplace(peer.node(), static_cast<std::uint32_t>(places.size()));
  }
  return places;
}

void shorten_proofs(const proto::Open& open, const Places& places, proto::Hello& hello) {
  if (hello.preshared_size() == 0) { return; }
  std::string proofs(static_cast<std::size_t>(open.peers_size()) * kShortProof, '\0');
  for (const proto::PresharedProof& held : hello.preshared()) {
    proofs.replace(places.at(held.node()) * kShortProof, kShortProof, held.proof(), 0, kShortProof);
  }
  hello.set_short_proofs(std::move(proofs));
  hello.clear_preshared();
}

void group_routes(const Places& places, proto::Hello& hello) {
  // By MTU, whether it is IPv6, and source.
  std::map<std::tuple<std::uint32_t, bool, std::string>, proto::RouteGroup*> groups;
  google::protobuf::RepeatedPtrField<proto::EndpointRoute> unreachable;
  for (const proto::EndpointRoute& route : hello.routes()) {
    if (!route.error().empty()) {
      *unreachable.Add() = route;
      continue;
    }
    const bool is_ipv6 = route.address().find(':') != std::string::npos;
    proto::RouteGroup*& group = groups[{route.mtu(), is_ipv6, route.source()}];
    if (group == nullptr) {
      group = hello.add_route_groups();
      group->set_mtu(route.mtu());
      group->set_address(route.address());
      group->set_source(route.source());
    }
    group->add_peers(places.at(route.node()));
  }
  hello.mutable_routes()->Swap(&unreachable);
}

void leave_out_opened_peers(const proto::Open& open, const Places& places, proto::Hello& hello) {
  // Another node's plan is told whole: its peers tell whose it is.
  if (hello.identity().node() != open.node()) { return; }
  proto::StoredIdentity& identity = *hello.mutable_identity();
  google::protobuf::RepeatedPtrField<std::string> peers;
  google::protobuf::RepeatedPtrField<std::string> keys;
  for (int i = 0; i < hello.stored_peers_size(); ++i) {
    if (places.contains(hello.stored_peers(i))) {
      hello.set_knows_opened_peers(true);
      continue;
    }
    *peers.Add() = hello.stored_peers(i);
    *keys.Add() = identity.peer_keys(i);
  }
  hello.mutable_stored_peers()->Swap(&peers);
  identity.mutable_peer_keys()->Swap(&keys);
}

void shorten_costs(const proto::Open& open, const Places& places, proto::Hello& hello) {
  if (hello.stored_costs_size() == 0) { return; }
  auto& costs = *hello.mutable_opened_costs();
  costs.Resize(open.peers_size(), 0);
  for (const proto::StoredCost& cost : hello.stored_costs()) {
    const auto place = places.find(cost.node());
    if (place != places.end()) { costs.Set(static_cast<int>(place->second), cost.path_cost()); }
  }
  hello.clear_stored_costs();
}

// Of those the controller wants to know from where they send.
void keep_peers_without_endpoint(const proto::Open& open, proto::DeviceStatus& device) {
  std::unordered_set<std::string_view> kept;
  for (const proto::OpenPeer& peer : open.peers()) {
    if (peer.endpoint().empty()) { kept.insert(peer.node()); }
  }
  auto& peers = *device.mutable_peers();
  peers.erase(std::remove_if(peers.begin(), peers.end(),
                             [&](const auto& peer) { return !kept.contains(peer.node()); }),
              peers.end());
}

}  // namespace

void shorten(const proto::Open& open, proto::Hello& hello) {
  const Places places = places_of(open);
  // Of a peer that is named twice nobody could tell which place is meant.
  if (places.size() != static_cast<std::size_t>(open.peers_size())) { return; }
  shorten_proofs(open, places, hello);
  group_routes(places, hello);
  leave_out_opened_peers(open, places, hello);
  shorten_costs(open, places, hello);
}

void shorten(const proto::Open& open, const proto::AskStatus& wanted, proto::Status& status) {
  std::unordered_map<std::string_view, std::string_view> ports;
  for (const proto::PortStatus& port : status.ports()) { ports[port.peer()] = port.state(); }
  std::unordered_map<std::string_view, bool> handshakes;
  for (const proto::PeerStatus& peer : status.device().peers()) {
    handshakes[peer.node()] = peer.latest_handshake() != 0;
  }
  std::string links;
  for (const proto::OpenPeer& peer : open.peers()) {
    const auto handshake = handshakes.find(peer.node());
    const auto port = ports.find(peer.node());
    links += static_cast<char>(link_octet(handshake != handshakes.end() && handshake->second,
                                          port == ports.end() ? std::string_view() : port->second));
  }
  status.set_links(std::move(links));
  status.clear_ports();
  if (wanted.sightings()) {
    keep_peers_without_endpoint(open, *status.mutable_device());
  } else {
    status.mutable_device()->clear_peers();
  }
  status.clear_last_change();
  status.clear_warnings();
  status.clear_warning_ids();
}

}  // namespace wgmesh
