#include "agent/status/metrics_text.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <utility>

#include "agent/status/metrics_writer.h"
#include "common/key.h"
#include "common/naming.h"

namespace wgmesh {
namespace {

using Inspections = std::span<const Inspection>;
using proto::PeerStatus;
using proto::PortStatus;

constexpr std::array<std::string_view, 5> kPortStates = {"disabled", "listening", "learning",
                                                         "forwarding", "blocking"};

class Document {
 public:
  explicit Document(Inspections inspections) : inspections_(inspections) {}

  // `samples` gets the family and each mesh in turn.
  void put(std::string_view name, std::string_view type, std::string_view help,
           const auto& samples) {
    MetricFamily family(out, name, type, help);
    for (const Inspection& each : inspections_) { samples(family, each); }
  }
  // One value for each mesh.
  void put_value(std::string_view name, std::string_view help, const auto& value_of) {
    put(name, "gauge", help, [&](MetricFamily& family, const Inspection& each) {
      family.add({{"mesh", each.status.mesh()}}, value_of(each));
    });
  }
  void put_peers(std::string_view name, std::string_view type, std::string_view help,
                 const auto& value_of) {
    put(name, type, help, [&](MetricFamily& family, const Inspection& each) {
      for (const PeerStatus& peer : each.status.device().peers()) {
        family.add({{"interface", each.status.device().name()},
                    {"public_key", key_text(peer.public_key(), "")},
                    {"allowed_ips", fmt::format("{}", fmt::join(peer.allowed_ips(), ","))},
                    {"friendly_name", peer.node()}},
                   value_of(peer));
      }
    });
  }

  std::string out;

 private:
  Inspections inspections_;
};

void put_wireguard(Document& document) {
  document.put_peers("wireguard_sent_bytes_total", "counter", "Bytes sent to the peer.",
                     [](const PeerStatus& peer) { return peer.transfer_tx(); });
  document.put_peers("wireguard_received_bytes_total", "counter", "Bytes received from the peer.",
                     [](const PeerStatus& peer) { return peer.transfer_rx(); });
  document.put_peers(
      "wireguard_latest_handshake_seconds", "gauge",
      "UNIX time of the latest handshake with the peer; 0: never.",
      [](const PeerStatus& peer) { return static_cast<std::uint64_t>(peer.latest_handshake()); });
}

void put_mesh(Document& document) {
  document.put("wgmesh_node_info", "gauge", "Which node of which mesh this is.",
               [](MetricFamily& family, const Inspection& each) {
                 const proto::Status& status = each.status;
                 family.add({{"mesh", status.mesh()},
                             {"node", status.node()},
                             {"interface", wireguard_name(status.mesh())},
                             {"bridge", bridge_name(status.mesh())}},
                            1);
               });
  document.put_value("wgmesh_up", "1: the WireGuard interface and the bridge exist and are up.",
                     [](const Inspection& each) { return each.status.is_up() ? 1U : 0U; });
  document.put_value("wgmesh_taken_down", "1: the mesh was taken down on purpose.",
                     [](const Inspection& each) { return each.status.taken_down() ? 1U : 0U; });
  document.put_value("wgmesh_generation", "How often a plan was committed here.",
                     [](const Inspection& each) { return each.status.generation(); });
  document.put("wgmesh_drift_operations", "gauge",
               "Operations between what the node is and what is stored; absent: not known.",
               [](MetricFamily& family, const Inspection& each) {
                 if (!each.drift.operations) { return; }
                 family.add({{"mesh", each.status.mesh()}}, each.drift.operations->size());
               });
  document.put_value(
      "wgmesh_change_open", "1: a change was begun, and is neither committed nor undone.",
      [](const Inspection& each) { return each.open_change == OpenChange::kNone ? 0U : 1U; });
  document.put_value("wgmesh_warnings",
                     "Faults of what is stored, and whatever keeps the node from becoming that.",
                     [](const Inspection& each) {
                       return static_cast<std::uint64_t>(each.status.warnings_size()) +
                              (each.drift.obstacle ? 1U : 0U);
                     });
  document.put("wgmesh_last_change_timestamp_seconds", "gauge",
               "UNIX time of the last commit, undo or restore.",
               [](MetricFamily& family, const Inspection& each) {
                 if (!each.status.has_last_change()) { return; }
                 family.add({{"mesh", each.status.mesh()}},
                            static_cast<std::uint64_t>(each.status.last_change().time()));
               });
  document.put("wgmesh_peers", "gauge", "Peers that the stored plan names.",
               [](MetricFamily& family, const Inspection& each) {
                 if (!each.plan) { return; }
                 family.add({{"mesh", each.status.mesh()}},
                            static_cast<std::uint64_t>(each.plan->peers_size()));
               });
}

void put_interfaces(Document& document) {
  document.put(
      "wgmesh_interface_up", "gauge", "1: the interface exists and is up.",
      [](MetricFamily& family, const Inspection& each) {
        const std::string& mesh = each.status.mesh();
        family.add({{"mesh", mesh}, {"interface", wireguard_name(mesh)}},
                   each.is_device_up ? 1 : 0);
        family.add({{"mesh", mesh}, {"interface", bridge_name(mesh)}}, each.is_bridge_up ? 1 : 0);
      });
  document.put("wgmesh_interface_mtu_bytes", "gauge", "The largest packet that it carries.",
               [](MetricFamily& family, const Inspection& each) {
                 const auto put = [&](const auto& interface) {
                   family.add({{"mesh", each.status.mesh()}, {"interface", interface.name()}},
                              interface.mtu());
                 };
                 if (each.status.has_device()) { put(each.status.device()); }
                 if (each.status.has_bridge()) { put(each.status.bridge()); }
               });
}

// Without a spanning tree there is no root.
void put_tree(Document& document) {
  const auto put = [&](std::string_view name, std::string_view help, const auto& sample) {
    document.put(name, "gauge", help, [&](MetricFamily& family, const Inspection& each) {
      if (each.status.bridge().stp()) { sample(family, each.status.mesh(), each.status.bridge()); }
    });
  };
  using proto::BridgeStatus;
  put("wgmesh_is_root", "1: this node is the root of the spanning tree.",
      [](MetricFamily& family, const std::string& mesh, const BridgeStatus& bridge) {
        family.add({{"mesh", mesh}}, bridge.root_port() == 0 ? 1 : 0);
      });
  put("wgmesh_root_path_cost", "What the way to the root of the spanning tree costs.",
      [](MetricFamily& family, const std::string& mesh, const BridgeStatus& bridge) {
        family.add({{"mesh", mesh}}, bridge.root_path_cost());
      });
  put("wgmesh_root_info", "The bridge IDs of this node and of the root of its spanning tree.",
      [](MetricFamily& family, const std::string& mesh, const BridgeStatus& bridge) {
        family.add(
            {{"mesh", mesh}, {"bridge_id", bridge.bridge_id()}, {"root_id", bridge.root_id()}}, 1);
      });
}

void put_ports(Document& document) {
  document.put("wgmesh_port_state", "gauge", "1: the bridge port is in this state.",
               [](MetricFamily& family, const Inspection& each) {
                 for (const PortStatus& port : each.status.ports()) {
                   for (const std::string_view state : kPortStates) {
                     family.add({{"mesh", each.status.mesh()},
                                 {"interface", port.name()},
                                 {"peer", port.peer()},
                                 {"state", state}},
                                port.state() == state ? 1 : 0);
                   }
                 }
               });
  document.put(
      "wgmesh_port_path_cost", "gauge", "What the bridge port adds to the distance.",
      [](MetricFamily& family, const Inspection& each) {
        for (const PortStatus& port : each.status.ports()) {
          family.add(
              {{"mesh", each.status.mesh()}, {"interface", port.name()}, {"peer", port.peer()}},
              port.path_cost());
        }
      });
}

}  // namespace

std::string metrics_text(Inspections inspections, std::string_view version) {
  Document document(inspections);
  MetricFamily(document.out, "wgmesh_agent_info", "gauge", "The version of wgmesh-agent.")
      .add({{"version", version}}, 1);
  put_mesh(document);
  put_interfaces(document);
  put_tree(document);
  put_ports(document);
  put_wireguard(document);
  return std::move(document.out);
}

}  // namespace wgmesh
