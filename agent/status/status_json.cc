#include "agent/status/status_json.h"

#include <fmt/format.h>

#include "agent/status/document_parts.h"
#include "agent/status/json_writer.h"
#include "common/key.h"

namespace wgmesh {
namespace {

std::string mac_text(const std::string& octets) {
  std::string text;
  for (const char octet : octets) {
    text += fmt::format("{}{:02x}", text.empty() ? "" : ":", static_cast<unsigned char>(octet));
  }
  return text;
}

void put_peer(JsonWriter& json, const proto::PeerStatus& peer) {
  json.open_object();
  json.text("node", peer.node());
  json.text("publicKey", key_text(peer.public_key(), ""));
  if (peer.has_preshared_key()) { json.text("presharedKey", "(hidden)"); }
  if (!peer.endpoint().empty()) { json.text("endpoint", peer.endpoint()); }
  put_list(json, "allowedIps", peer.allowed_ips());
  json.number("latestHandshake", static_cast<std::uint64_t>(peer.latest_handshake()));
  json.number("transferRx", peer.transfer_rx());
  json.number("transferTx", peer.transfer_tx());
  json.number("persistentKeepalive", peer.persistent_keepalive());
  json.close_object();
}

void put_device(JsonWriter& json, const proto::DeviceStatus& device) {
  json.open_object("device");
  json.text("name", device.name());
  json.text("publicKey", key_text(device.public_key(), ""));
  json.number("listenPort", device.listen_port());
  json.number("fwmark", device.fwmark());
  json.number("mtu", device.mtu());
  put_list(json, "addresses", device.addresses());
  json.open_list("peers");
  for (const proto::PeerStatus& peer : device.peers()) { put_peer(json, peer); }
  json.close_list();
  json.close_object();
}

void put_bridge(JsonWriter& json, const proto::BridgeStatus& bridge) {
  json.open_object("bridge");
  json.text("name", bridge.name());
  json.text("bridgeId", bridge.bridge_id());
  json.text("rootId", bridge.root_id());
  json.number("rootPathCost", bridge.root_path_cost());
  json.number("rootPort", bridge.root_port());
  json.boolean("stp", bridge.stp());
  json.number("priority", bridge.priority());
  json.number("mtu", bridge.mtu());
  json.text("mac", mac_text(bridge.mac()));
  put_list(json, "addresses", bridge.addresses());
  json.number("rxBytes", bridge.rx_bytes());
  json.number("txBytes", bridge.tx_bytes());
  json.close_object();
}

void put_port(JsonWriter& json, const proto::PortStatus& port) {
  json.open_object();
  json.text("name", port.name());
  json.text("peer", port.peer());
  json.number("number", port.number());
  json.text("state", port.state());
  json.number("pathCost", port.path_cost());
  json.number("mtu", port.mtu());
  json.boolean("carrier", port.carrier());
  json.text("designatedBridge", port.designated_bridge());
  json.close_object();
}

void put_mesh(JsonWriter& json, const proto::Status& status) {
  json.open_object();
  json.text("name", status.mesh());
  json.text("node", status.node());
  json.boolean("isUp", status.is_up());
  json.boolean("takenDown", status.taken_down());
  json.number("generation", status.generation());
  if (status.has_last_change()) { put_last_change(json, "lastChange", status.last_change()); }
  put_list(json, "warnings", status.warnings());
  put_list(json, "warning_ids", status.warning_ids());
  if (status.has_device()) { put_device(json, status.device()); }
  if (status.has_bridge()) { put_bridge(json, status.bridge()); }
  json.open_list("ports");
  for (const proto::PortStatus& port : status.ports()) { put_port(json, port); }
  json.close_list();
  json.close_object();
}

}  // namespace

std::string status_json(std::span<const Inspection> inspections) {
  JsonWriter json;
  json.open_object();
  json.number("format_version", 1);
  json.open_list("meshes");
  for (const Inspection& inspection : inspections) { put_mesh(json, inspection.status); }
  json.close_list();
  json.close_object();
  return json.take();
}

}  // namespace wgmesh
