#include "agent/status/links_document.h"

#include <map>
#include <utility>
#include <vector>

#include "agent/status/document_parts.h"
#include "common/key.h"

namespace wgmesh {
namespace {

// A node's two halves of a link. Null: it lacks that half.
struct Link {
  const proto::PeerStatus* peer = nullptr;
  const proto::PortStatus* port = nullptr;
};

using Links = std::vector<std::pair<std::string, Link>>;  // by the node at the other end

// The plan has the order of the mesh file.
Links links_of(const Inspection& inspection) {
  std::map<std::string, Link> unordered;
  for (const proto::PeerStatus& peer : inspection.status.device().peers()) {
    if (!peer.node().empty()) { unordered[peer.node()].peer = &peer; }
  }
  for (const proto::PortStatus& port : inspection.status.ports()) {
    if (!port.peer().empty()) { unordered[port.peer()].port = &port; }
  }
  Links links;
  if (inspection.plan) {
    for (const proto::Peer& peer : inspection.plan->peers()) {
      if (auto found = unordered.extract(peer.node())) {
        links.emplace_back(found.key(), found.mapped());
      }
    }
  }
  links.insert(links.end(), unordered.begin(), unordered.end());
  return links;
}

void put_wireguard_end(JsonWriter& json, const proto::Status& status,
                       const proto::PeerStatus& peer) {
  text_or_null(json, "public_key", key_text(peer.public_key(), ""));
  json.boolean("preshared_key", peer.has_preshared_key());
  text_or_null(json, "endpoint", peer.endpoint());
  put_list(json, "allowed_ips", peer.allowed_ips());
  put_number_or_null(json, "handshake_age", age_of(status, peer.latest_handshake()));
  json.number("latest_handshake", static_cast<std::uint64_t>(peer.latest_handshake()));
  put_transfer(json, "transfer", peer.transfer_rx(), peer.transfer_tx());
}

void put_port_end(JsonWriter& json, const proto::PortStatus& port) {
  json.text("port", port.name());
  json.text("state", port.state());
  json.number("path_cost", port.path_cost());
  json.number("mtu", port.mtu());
  json.boolean("carrier", port.carrier());
}

}  // namespace

void put_links(JsonWriter& json, const Inspection& inspection) {
  json.open_object("links");
  for (const auto& [node, link] : links_of(inspection)) {
    json.open_object(node);
    if (link.peer != nullptr) { put_wireguard_end(json, inspection.status, *link.peer); }
    if (link.port != nullptr) { put_port_end(json, *link.port); }
    json.close_object();
  }
  json.close_object();
}

void put_bridge_ports(JsonWriter& json, const proto::Status& status) {
  std::map<std::string, const proto::PortStatus*> ports;
  for (const proto::PortStatus& port : status.ports()) {
    if (port.peer().empty()) { ports[port.name()] = &port; }
  }
  if (ports.empty()) { return; }
  json.open_list("bridge_ports");
  for (const auto& [name, port] : ports) {
    json.open_object();
    put_port_end(json, *port);
    json.close_object();
  }
  json.close_list();
}

}  // namespace wgmesh
