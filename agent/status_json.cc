#include "agent/status_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "common/key.h"

namespace wgmesh {
namespace {

using Json = nlohmann::ordered_json;

template <typename Texts>
Json list_of(const Texts& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(text);
  return list;
}

std::string key_text(const std::string& octets) {
  const auto key = public_key_from(octets);
  return key ? to_base64(*key) : std::string();
}

std::string mac_text(const std::string& octets) {
  std::string text;
  for (const char octet : octets) {
    text += fmt::format("{}{:02x}", text.empty() ? "" : ":", static_cast<unsigned char>(octet));
  }
  return text;
}

Json peer_json(const proto::PeerStatus& peer) {
  Json out = {{"node", peer.node()}, {"publicKey", key_text(peer.public_key())}};
  if (peer.has_preshared_key()) out["presharedKey"] = "(hidden)";
  if (!peer.endpoint().empty()) out["endpoint"] = peer.endpoint();
  out["allowedIps"] = list_of(peer.allowed_ips());
  out["latestHandshake"] = peer.latest_handshake();
  out["transferRx"] = peer.transfer_rx();
  out["transferTx"] = peer.transfer_tx();
  out["persistentKeepalive"] = peer.persistent_keepalive();
  return out;
}

Json device_json(const proto::DeviceStatus& device) {
  Json out = {{"name", device.name()},
              {"publicKey", key_text(device.public_key())},
              {"listenPort", device.listen_port()},
              {"fwmark", device.fwmark()},
              {"mtu", device.mtu()},
              {"addresses", list_of(device.addresses())},
              {"peers", Json::array()}};
  for (const proto::PeerStatus& peer : device.peers()) out["peers"].push_back(peer_json(peer));
  return out;
}

Json bridge_json(const proto::BridgeStatus& bridge) {
  return {{"name", bridge.name()},          {"bridgeId", bridge.bridge_id()},
          {"rootId", bridge.root_id()},     {"rootPathCost", bridge.root_path_cost()},
          {"rootPort", bridge.root_port()}, {"stp", bridge.stp()},
          {"priority", bridge.priority()},  {"mtu", bridge.mtu()},
          {"mac", mac_text(bridge.mac())},  {"addresses", list_of(bridge.addresses())},
          {"rxBytes", bridge.rx_bytes()},   {"txBytes", bridge.tx_bytes()}};
}

Json port_json(const proto::PortStatus& port) {
  return {{"name", port.name()},          {"peer", port.peer()},
          {"number", port.number()},      {"state", port.state()},
          {"pathCost", port.path_cost()}, {"mtu", port.mtu()},
          {"carrier", port.carrier()},    {"designatedBridge", port.designated_bridge()}};
}

Json mesh_json(const proto::Status& status) {
  Json out = {{"name", status.mesh()},
              {"node", status.node()},
              {"isUp", status.is_up()},
              {"takenDown", status.taken_down()},
              {"generation", status.generation()}};
  if (status.has_device()) out["device"] = device_json(status.device());
  if (status.has_bridge()) out["bridge"] = bridge_json(status.bridge());
  out["ports"] = Json::array();
  for (const proto::PortStatus& port : status.ports()) out["ports"].push_back(port_json(port));
  return out;
}

}  // namespace

std::string status_json(std::span<const proto::Status> statuses) {
  Json document = {{"format_version", 1}, {"meshes", Json::array()}};
  for (const proto::Status& status : statuses) document["meshes"].push_back(mesh_json(status));
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace wgmesh
