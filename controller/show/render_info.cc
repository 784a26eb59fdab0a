#include "controller/show/render_info.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>
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

// Puts `value` behind all others. The object's own [] and emplace look at each key that is there.
void append(Json& object, const std::string& key, Json value) {
  object.get_ref<Json::object_t&>().emplace_back(key, std::move(value));
}

// By peer: its end of the tunnel and its WireGuard peer, whichever of the two there is. In the
// order of the mesh file; the kernel's is another each time.
Json links_json(const Mesh& mesh, const proto::Status& status, std::int64_t now) {
  struct Ends {
    const proto::PeerStatus* peer = nullptr;
    const proto::PortStatus* port = nullptr;
  };
  std::unordered_map<std::string_view, Ends> unordered;
  for (const proto::PeerStatus& peer : status.device().peers()) {
    if (!peer.node().empty()) { unordered[peer.node()].peer = &peer; }
  }
  for (const proto::PortStatus& port : status.ports()) {
    if (!port.peer().empty()) { unordered[port.peer()].port = &port; }
  }
  const auto link_json = [&](const Ends& ends) {
    Json link = ends.peer == nullptr ? Json::object() : peer_json(*ends.peer, now);
    if (ends.port == nullptr) { return link; }
    const Json port = port_json(*ends.port);
    for (const auto& [key, value] : port.items()) { append(link, key, value); }
    return link;
  };
  Json links = Json::object();
  for (const Node& node : mesh.nodes) {
    const auto found = unordered.find(node.name);
    if (found == unordered.end()) { continue; }
    append(links, node.name, link_json(found->second));
    unordered.erase(found);
  }
  // Nodes that have left the mesh file.
  const std::map<std::string_view, Ends> others(unordered.begin(), unordered.end());
  for (const auto& [name, ends] : others) { append(links, std::string(name), link_json(ends)); }
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

// All but the nodes.
Json head_json(const Mesh& mesh, std::span<const NodeReport> reports) {
  Json document = {{"format_version", 1}};
  document.update(mesh_facts(mesh, reports));
  document["nodes"] = Json::object();
  return document;
}

std::int64_t seconds_of(std::chrono::system_clock::time_point now) {
  return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
}

// Calls `use` for each node that was reported on, in the order of the mesh file.
template <class Use>
void for_each_report(const Mesh& mesh, std::span<const NodeReport> reports, const Use& use) {
  std::unordered_map<std::string_view, const NodeReport*> by_node;
  for (const NodeReport& report : reports) { by_node.emplace(report.node, &report); }
  for (const Node& node : mesh.nodes) {
    if (const auto report = by_node.find(node.name); report != by_node.end()) {
      use(node, *report->second);
    }
  }
}

std::string json_text(const Json& document) {
  return document.dump(2, ' ', false, Json::error_handler_t::replace);
}

// What stands around the nodes in a document of JSON.
constexpr std::string_view kNodesBegin = "{\n  \"nodes\": {";
constexpr std::string_view kNodesEnd = "\n  }\n}";
constexpr std::string_view kNoNodes = "{}\n}";
// … and of YAML.
constexpr std::string_view kYamlNodes = "nodes:\n";
constexpr std::string_view kYamlNoNodes = " {}\n";

}  // namespace

Json info_document(const Mesh& mesh, std::span<const NodeReport> reports,
                   std::chrono::system_clock::time_point now) {
  Json document = head_json(mesh, reports);
  for_each_report(mesh, reports, [&](const Node& node, const NodeReport& report) {
    append(document["nodes"], node.name, node_json(mesh, node, report, seconds_of(now)));
  });
  return document;
}

void put_info(const Mesh& mesh, std::span<const NodeReport> reports, bool json,
              std::chrono::system_clock::time_point now,
              const std::function<void(std::string_view)>& put) {
  const Json head = head_json(mesh, reports);
  const std::string begin = json ? json_text(head) : to_yaml(head);
  const std::string_view no_nodes = json ? kNoNodes : kYamlNoNodes;
  bool is_first = true;
  for_each_report(mesh, reports, [&](const Node& node, const NodeReport& report) {
    Json document = {{"nodes", Json::object()}};
    append(document["nodes"], node.name, node_json(mesh, node, report, seconds_of(now)));
    if (is_first) {
      put(std::string_view(begin).substr(0, begin.size() - no_nodes.size()));
      put(json ? "{" : "\n");
    } else if (json) {
      put(",");
    }
    is_first = false;
    const std::string text = json ? json_text(document) : to_yaml(document);
    const std::size_t before = json ? kNodesBegin.size() : kYamlNodes.size();
    const std::size_t behind = json ? kNodesEnd.size() : 0;
    put(std::string_view(text).substr(before, text.size() - before - behind));
  });
  if (is_first) {
    put(begin);
  } else if (json) {
    put(kNodesEnd);
  }
  if (json) { put("\n"); }
}

std::string render_info(const Mesh& mesh, std::span<const NodeReport> reports, bool json,
                        std::chrono::system_clock::time_point now) {
  std::string text;
  put_info(mesh, reports, json, now, [&](std::string_view part) { text += part; });
  return text;
}

}  // namespace wgmesh
