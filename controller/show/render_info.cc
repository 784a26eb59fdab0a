#include "controller/show/render_info.h"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "common/key.h"
#include "controller/show/facts_document.h"
#include "controller/text/yaml_writer.h"

namespace wgmesh {
namespace {

using Json = nlohmann::ordered_json;

Json key_json(const std::string& octets) {
  const auto key = public_key_from(octets);
  return key ? Json(to_base64(*key)) : Json();
}

Json stp_json(const proto::Status& status) {
  const proto::BridgeStatus& bridge = status.bridge();
  Json root_port;
  for (const proto::PortStatus& port : status.ports()) {
    if (bridge.root_port() != 0 && port.number() == bridge.root_port()) { root_port = port.name(); }
  }
  return {{"enabled", bridge.stp()},
          {"bridge_id", bridge.bridge_id()},
          {"priority", bridge.priority()},
          {"root_id", bridge.root_id()},
          {"root_path_cost", bridge.root_path_cost()},
          {"root_port", std::move(root_port)}};
}

Json port_json(const proto::PortStatus& port) {
  return {{"port", port.name()},
          {"state", port.state()},
          {"path_cost", port.path_cost()},
          {"mtu", port.mtu()},
          {"carrier", port.carrier()}};
}

Json peer_json(const proto::PeerStatus& peer, std::int64_t now) {
  Json age;
  if (peer.latest_handshake() > 0) {
    age = std::max<std::int64_t>(now - peer.latest_handshake(), 0);
  }
  return {{"public_key", key_json(peer.public_key())},
          {"preshared_key", peer.has_preshared_key()},
          {"endpoint", peer.endpoint().empty() ? Json() : Json(peer.endpoint())},
          {"handshake_age", std::move(age)},
          {"transfer", {{"rx_bytes", peer.transfer_rx()}, {"tx_bytes", peer.transfer_tx()}}}};
}

// By peer: its end of the tunnel and its WireGuard peer, whichever of the two there is. In the
// order of the mesh file; the kernel's is another each time.
Json links_json(const Mesh& mesh, const proto::Status& status, std::int64_t now) {
  Json unordered = Json::object();
  for (const proto::PeerStatus& peer : status.device().peers()) {
    if (!peer.node().empty()) { unordered[peer.node()] = peer_json(peer, now); }
  }
  for (const proto::PortStatus& port : status.ports()) {
    if (!port.peer().empty()) { unordered[port.peer()].update(port_json(port)); }
  }
  Json links = Json::object();
  for (const Node& node : mesh.nodes) {
    if (const auto found = unordered.find(node.name); found != unordered.end()) {
      links[node.name] = *found;
    }
  }
  // Nodes that have left the mesh file.
  std::map<std::string, Json> others;
  for (const auto& [name, link] : unordered.items()) {
    if (!links.contains(name)) { others.emplace(name, link); }
  }
  for (auto& [name, link] : others) { links[name] = std::move(link); }
  return links;
}

void put_status(const Mesh& mesh, const proto::Status& status, std::int64_t now, Json& out) {
  out["generation"] = status.generation();
  out["taken_down"] = status.taken_down();
  if (status.has_device() && !status.device().name().empty()) {
    const proto::DeviceStatus& device = status.device();
    out["public_key"] = key_json(device.public_key());
    out["listen_port"] = device.listen_port();
    for (const proto::PeerStatus& peer : device.peers()) {
      if (peer.node().empty()) { out["unknown_peers"].push_back(key_json(peer.public_key())); }
    }
  }
  if (status.has_bridge()) {
    const proto::BridgeStatus& bridge = status.bridge();
    out["mtu"] = mtu_facts(bridge.mtu());
    out["mtu"]["wireguard"] = status.device().mtu();
    out["transfer"] = {{"rx_bytes", bridge.rx_bytes()}, {"tx_bytes", bridge.tx_bytes()}};
    out["stp"] = stp_json(status);
  }
  if (status.has_device() || status.has_bridge()) { out["links"] = links_json(mesh, status, now); }
  std::map<std::string, Json> ports;
  for (const proto::PortStatus& port : status.ports()) {
    if (port.peer().empty()) { ports.emplace(port.name(), port_json(port)); }
  }
  for (auto& [name, port] : ports) { out["bridge_ports"].push_back(std::move(port)); }
}

Json node_json(const Mesh& mesh, const Node& node, const NodeReport& report, std::int64_t now) {
  Json out = node_facts(mesh, node, report);
  if (report.status) {
    put_status(mesh, *report.status, report.status->time() > 0 ? report.status->time() : now, out);
  } else {
    out["unreachable"] = report.unreachable;
  }
  if (!node.json.is_null()) { out["json"] = node.json; }
  return out;
}

}  // namespace

Json info_document(const Mesh& mesh, std::span<const NodeReport> reports,
                   std::chrono::system_clock::time_point now) {
  const std::int64_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  Json document = {{"format_version", 1}};
  document.update(mesh_facts(mesh, reports));
  document["nodes"] = Json::object();
  for (const Node& node : mesh.nodes) {
    const auto report = std::ranges::find_if(
        reports, [&](const NodeReport& candidate) { return candidate.node == node.name; });
    if (report != reports.end()) {
      document["nodes"][node.name] = node_json(mesh, node, *report, seconds);
    }
  }
  return document;
}

std::string render_info(const Mesh& mesh, std::span<const NodeReport> reports, bool json,
                        std::chrono::system_clock::time_point now) {
  const Json document = info_document(mesh, reports, now);
  if (!json) { return to_yaml(document); }
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace wgmesh
