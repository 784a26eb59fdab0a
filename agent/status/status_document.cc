#include "agent/status/status_document.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <vector>

#include "agent/status/document_parts.h"
#include "agent/status/json_writer.h"
#include "agent/status/links_document.h"
#include "common/key.h"
#include "common/naming.h"
#include "common/node_state.h"

namespace wgmesh {
namespace {

constexpr std::uint32_t kVlanTag = 4;  // bytes

const proto::PortStatus* root_port_of(const proto::Status& status) {
  if (status.bridge().root_port() == 0) { return nullptr; }
  for (const proto::PortStatus& port : status.ports()) {
    if (port.number() == status.bridge().root_port()) { return &port; }
  }
  return nullptr;
}

void put_tree_place(JsonWriter& json, const proto::Status& status) {
  const proto::PortStatus* port = root_port_of(status);
  const bool is_root = status.bridge().root_port() == 0;
  if (!status.is_up() || !status.bridge().stp() || (port == nullptr && !is_root)) {
    json.null("tree");
    return;
  }
  json.open_object("tree");
  json.boolean("is_root", is_root);
  if (port != nullptr) {
    json.text("root_port", port->name());
    text_or_null(json, "peer", port->peer());
    json.number("path_cost", port->path_cost());
  }
  json.close_object();
}

// Of peers that the plan names.
void put_peer_facts(JsonWriter& json, const Inspection& inspection) {
  const proto::Status& status = inspection.status;
  std::vector<std::string> names;
  std::uint64_t live = 0;
  std::optional<std::int64_t> oldest;
  if (inspection.plan) {
    for (const proto::Peer& peer : inspection.plan->peers()) {
      names.push_back(peer.node());
      const auto& known = status.device().peers();
      const auto found =
          std::ranges::find(known, peer.public_key(), &proto::PeerStatus::public_key);
      if (found == known.end()) { continue; }
      const auto age = age_of(status, found->latest_handshake());
      if (!age) { continue; }
      live += *age <= kLiveHandshake ? 1 : 0;
      oldest = std::max(oldest.value_or(0), *age);
    }
  }
  json.number("peers_up", live);
  put_list(json, "peers", names);
  put_number_or_null(json, "oldest_handshake_age", oldest);
}

void put_wireguard_transfer(JsonWriter& json, const proto::Status& status) {
  if (!status.has_device()) {
    json.null("wireguard_transfer");
    return;
  }
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  for (const proto::PeerStatus& peer : status.device().peers()) {
    received += peer.transfer_rx();
    sent += peer.transfer_tx();
  }
  put_transfer(json, "wireguard_transfer", received, sent);
}

// What the mesh file gave the node; of a damaged plan, what the kernel has.
void put_addresses(JsonWriter& json, const Inspection& inspection) {
  const auto& addresses = inspection.plan ? inspection.plan->bridge().addresses()
                                          : inspection.status.bridge().addresses();
  if (addresses.empty()) {
    json.null("address");
  } else {
    json.text("address", addresses[0].substr(0, addresses[0].find('/')));
  }
  put_list(json, "addresses", addresses);
}

void put_device_facts(JsonWriter& json, const proto::DeviceStatus& device) {
  text_or_null(json, "public_key", key_text(device.public_key(), ""));
  json.number("listen_port", device.listen_port());
  std::vector<std::string> strangers;
  for (const proto::PeerStatus& peer : device.peers()) {
    if (peer.node().empty()) { strangers.push_back(key_text(peer.public_key(), "")); }
  }
  if (!strangers.empty()) { put_list(json, "unknown_peers", strangers); }
}

void put_bridge_facts(JsonWriter& json, const proto::Status& status) {
  const proto::BridgeStatus& bridge = status.bridge();
  json.open_object("mtu");
  json.number("segment", bridge.mtu());
  json.number("vlan", bridge.mtu() - std::min(bridge.mtu(), kVlanTag));
  json.number("wireguard", status.device().mtu());
  json.close_object();
  put_transfer(json, "transfer", bridge.rx_bytes(), bridge.tx_bytes());
  json.open_object("stp");
  json.boolean("enabled", bridge.stp());
  json.text("bridge_id", bridge.bridge_id());
  json.number("priority", bridge.priority());
  json.text("root_id", bridge.root_id());
  json.number("root_path_cost", bridge.root_path_cost());
  const proto::PortStatus* port = root_port_of(status);
  port == nullptr ? json.null("root_port") : json.text("root_port", port->name());
  json.close_object();
}

void put_interface_facts(JsonWriter& json, const Inspection& inspection) {
  const proto::Status& status = inspection.status;
  json.open_object("interfaces");
  for (const auto& [name, is_up, mtu] :
       {std::tuple(wireguard_name(status.mesh()), inspection.is_device_up, status.device().mtu()),
        std::tuple(bridge_name(status.mesh()), inspection.is_bridge_up, status.bridge().mtu())}) {
    json.open_object(name);
    json.boolean("is_up", is_up);
    mtu == 0 ? json.null("mtu") : json.number("mtu", mtu);
    json.close_object();
  }
  json.close_object();
}

void put_open_change(JsonWriter& json, OpenChange change) {
  switch (change) {
    case OpenChange::kNone:
      return json.null("open_change");
    case OpenChange::kUnderWay:
      return json.text("open_change", "under_way");
    case OpenChange::kStays:
      return json.text("open_change", "stays");
  }
}

void put_fault(JsonWriter& json, const std::string& node, const Said& said) {
  json.open_object();
  json.text("id", said.id);
  json.text("where", node);
  json.text("what", said.text);
  json.text("cause", said.cure);
  json.close_object();
}

void put_faults(JsonWriter& json, const Inspection& inspection) {
  const proto::Status& status = inspection.status;
  json.open_list("faults");
  for (int i = 0; i < status.warnings_size(); ++i) {
    put_fault(json, status.node(), {status.warning_ids(i), status.warnings(i), {}});
  }
  for (const auto& said : {inspection.open_change_fault, inspection.drift.obstacle}) {
    if (said) { put_fault(json, status.node(), *said); }
  }
  json.close_list();
}

void put_inspection(JsonWriter& json, const Inspection& inspection) {
  const proto::Status& status = inspection.status;
  json.open_object();
  json.text("name", status.mesh());
  text_or_null(json, "node", status.node());
  json.number("time", static_cast<std::uint64_t>(status.time()));
  json.text("state", word_of(state_of(inspection)));
  json.boolean("is_up", status.is_up());
  json.boolean("config_exists", status.stored());
  json.number("generation", status.generation());
  json.boolean("taken_down", status.taken_down());
  put_addresses(json, inspection);
  put_peer_facts(json, inspection);
  put_tree_place(json, status);
  put_wireguard_transfer(json, status);
  if (inspection.drift.operations) {
    put_list(json, "drift", *inspection.drift.operations);
  } else {
    json.null("drift");
  }
  put_open_change(json, inspection.open_change);
  if (status.has_last_change()) { put_last_change(json, "last_change", status.last_change()); }
  put_faults(json, inspection);
  put_interface_facts(json, inspection);
  if (status.has_device()) { put_device_facts(json, status.device()); }
  if (status.has_bridge()) { put_bridge_facts(json, status); }
  if (status.has_device() || status.has_bridge()) { put_links(json, inspection); }
  put_bridge_ports(json, status);
  json.close_object();
}

}  // namespace

std::string status_document(std::span<const Inspection> inspections, std::string_view version) {
  JsonWriter json;
  json.open_object();
  json.number("format_version", 1);
  json.text("agent_version", version);
  json.open_list("meshes");
  for (const Inspection& inspection : inspections) { put_inspection(json, inspection); }
  json.close_list();
  json.close_object();
  return json.take();
}

}  // namespace wgmesh
