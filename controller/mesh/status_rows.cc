#include "controller/mesh/status_rows.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "controller/mesh/majority.h"
#include "controller/mesh/missing_link.h"
#include "controller/mesh/node_findings.h"
#include "controller/text/messages.h"
#include "controller/text/printable.h"

namespace wgmesh {
namespace {

using Peers = std::unordered_map<std::string_view, const proto::PeerStatus*>;  // by node

Peers peers_by_node(const proto::Status& status) {
  Peers peers;
  for (const proto::PeerStatus& peer : status.device().peers()) { peers[peer.node()] = &peer; }
  return peers;
}

bool has_live_peer(const proto::Status& status, const Peers& peers, const std::string& node) {
  const auto found = peers.find(node);
  return found != peers.end() && is_live(status, *found->second);
}

const Node& node_of(const Mesh& mesh, const std::string& name) {
  return *std::ranges::find(mesh.nodes, name, &Node::name);
}

bool has_every_link(const Mesh& mesh, const Node& node, const proto::Status& status) {
  const Peers peers = peers_by_node(status);
  std::unordered_set<std::string_view> ports;
  for (const proto::PortStatus& port : status.ports()) { ports.insert(port.peer()); }
  return std::ranges::all_of(peers_of(mesh, node), [&](const Node* peer) {
    return peers.contains(peer->name) && ports.contains(peer->name);
  });
}

bool is_drifted(const proto::Status& status) { return status.drift().operations_size() > 0; }

NodeState reported_state(const Mesh& mesh, const Node& node, const NodeReport& report) {
  if (!report.status) { return NodeState::kUnreachable; }
  const proto::Status& status = *report.status;
  return state_of(status, is_drifted(status), has_every_link(mesh, node, status));
}

std::optional<TreePlace> tree_place(const proto::Status& status) {
  const proto::BridgeStatus& bridge = status.bridge();
  if (!status.is_up() || !bridge.stp()) { return std::nullopt; }
  if (bridge.root_port() == 0) { return TreePlace{.is_root = true, .peer = {}, .port = {}}; }
  for (const proto::PortStatus& port : status.ports()) {
    if (port.number() == bridge.root_port()) {
      return TreePlace{false, port.peer(), port.name(), port.path_cost()};
    }
  }
  return std::nullopt;
}

void put_links(const Mesh& mesh, const Node& node, const proto::Status& status, NodeRow& row) {
  const Peers peers = peers_by_node(status);
  for (const Node* peer : peers_of(mesh, node)) {
    const auto found = peers.find(peer->name);
    if (found == peers.end() || found->second->latest_handshake() == 0) { continue; }
    if (is_live(status, *found->second)) { ++row.peers_up; }
    if (status.time() == 0) { continue; }  // an agent that does not tell
    const auto age = std::max<std::int64_t>(status.time() - found->second->latest_handshake(), 0);
    row.oldest_handshake = std::max(row.oldest_handshake.value_or(0), age);
  }
  if (!status.has_device()) { return; }
  row.received = row.sent = 0;
  for (const proto::PeerStatus& peer : status.device().peers()) {
    *row.received += peer.transfer_rx();
    *row.sent += peer.transfer_tx();
  }
}

NodeRow row_of(const Mesh& mesh, const NodeReport& report) {
  const Node& node = node_of(mesh, report.node);
  NodeRow row;
  row.name = node.name;
  row.state = reported_state(mesh, node, report);
  for (const Prefix& address : node.addresses) {
    row.addresses.push_back(to_text(address.address));
  }
  row.peers = peers_of(mesh, node).size();
  if (report.hello) { row.agent_version = report.hello->agent_version(); }
  if (!report.status) { return row; }
  row.tree = tree_place(*report.status);
  put_links(mesh, node, *report.status, row);
  return row;
}

Examination examination_of(std::span<const NodeReport> reports) {
  Examination examination;
  for (const NodeReport& report : reports) {
    Examined& examined = examination.nodes[report.node];
    examined.status = report.status;
    examined.hello = report.hello;
    examined.unreachable = report.unreachable;
    examined.clock_skew = report.clock_skew;
  }
  return examination;
}

Said told_of_drift(const proto::Drift& drift) {
  constexpr std::size_t kMost = 120;  // columns: `wg set` names every peer that it changes
  std::string operations = cut_to(printable(drift.operations(0)), kMost);
  if (const int more = drift.operations_size() - 1; more > 0) {
    operations += fmt::format(" and {} more", more);
  }
  return say<"status-changed-by-hand">(operations);
}

void put_unlinked(const Mesh& mesh, std::span<const NodeReport> reports, MeshLine& line) {
  if (mesh.loop_prevention != LoopPrevention::kStp) { return; }
  std::unordered_set<std::string_view> up;
  for (const NodeReport& report : reports) {
    if (report.status && report.status->is_up()) { up.insert(report.node); }
  }
  auto missing = missing_links(mesh);
  std::erase_if(missing, [&](const MissingLink& each) {
    return !up.contains(each.pair.first) || !up.contains(each.pair.second);
  });
  line.unlinked = sentences_of(missing);
}

// What an agent says is wrong with what it has stored.
void find_own_warnings(const NodeReport& report, std::vector<Finding>& findings) {
  const proto::Status& status = *report.status;
  for (int i = 0; i < status.warnings_size(); ++i) {
    const bool has_id = i < status.warning_ids_size();
    findings.push_back(finding(
        report.node, {has_id ? status.warning_ids(i) : std::string(), status.warnings(i), {}}));
  }
}

// By node name. A node that was not asked has none.
using ReportsByNode = std::unordered_map<std::string_view, const NodeReport*>;

struct PairEnds {
  bool any_asked = false;
  bool any_live = false;
  bool any_mute = false;
};

class Pairs {
 public:
  Pairs(const Mesh& mesh, std::span<const NodeReport> reports) : mesh_(mesh) {
    for (const NodeReport& report : reports) {
      asked_[report.node] = &report;
      if (report.status) { peers_[report.node] = peers_by_node(*report.status); }
    }
  }

  void count(MeshLine& line) const {
    for (const Node& node : mesh_.nodes) {
      for (const Node* peer : peers_of(mesh_, node)) {
        if (peer->name <= node.name) { continue; }
        PairEnds ends;
        look_at(node.name, peer->name, ends);
        look_at(peer->name, node.name, ends);
        if (ends.any_asked) { ++line.pairs; }
        if (ends.any_asked && find_learned(mesh_, node, *peer) != nullptr) { ++line.learned; }
        if (ends.any_live && !ends.any_mute) { ++line.pairs_with_handshake; }
      }
    }
  }

 private:
  void look_at(const std::string& here, const std::string& there, PairEnds& ends) const {
    const auto report = asked_.find(here);
    if (report == asked_.end()) { return; }
    ends.any_asked = true;
    if (!report->second->status) { return; }
    const bool live = has_live_peer(*report->second->status, peers_.at(here), there);
    (live ? ends.any_live : ends.any_mute) = true;
  }

  const Mesh& mesh_;
  ReportsByNode asked_;
  std::unordered_map<std::string_view, Peers> peers_;
};

}  // namespace

std::vector<NodeRow> status_rows(const Mesh& mesh, std::span<const NodeReport> reports) {
  std::vector<NodeRow> rows;
  for (const NodeReport& report : reports) { rows.push_back(row_of(mesh, report)); }
  return rows;
}

std::vector<NodeRow> status_rows(const Mesh& mesh, const Examination& examination) {
  std::vector<NodeRow> rows;
  for (const Node& node : mesh.nodes) {
    const auto found = examination.nodes.find(node.name);
    if (found == examination.nodes.end()) { continue; }
    const Examined& seen = found->second;
    rows.push_back(
        row_of(mesh, {node.name, seen.status, seen.unreachable, seen.hello, seen.clock_skew}));
  }
  return rows;
}

MeshLine mesh_line(const Mesh& mesh, std::span<const NodeReport> reports) {
  MeshLine line;
  line.name = mesh.name;
  line.nodes = reports.size();
  Votes<std::uint32_t> mtus;
  Votes<std::string> roots;
  for (const NodeReport& report : reports) {
    if (!report.status || !report.status->is_up()) { continue; }
    ++line.nodes_up;
    const proto::BridgeStatus& bridge = report.status->bridge();
    mtus[bridge.mtu()].push_back(report.node);
    if (bridge.stp() && !bridge.root_id().empty()) {
      roots[bridge.root_id()].push_back(report.node);
    }
  }
  Pairs(mesh, reports).count(line);
  put_unlinked(mesh, reports, line);
  line.mtu = majority_of(mtus).value;
  line.root = majority_of(roots).value.value_or("");
  if (const Node* root = find_bridge(mesh, line.root)) { line.root = root->name; }
  return line;
}

std::vector<Finding> status_faults(const Mesh& mesh, std::span<const NodeReport> reports) {
  const Examination examination = examination_of(reports);
  std::vector<Finding> faults;
  for (const NodeReport& report : reports) {
    if (!report.status) { continue; }
    if (report.status->is_up() && is_drifted(*report.status)) {
      faults.push_back(finding(report.node, told_of_drift(report.status->drift())));
    }
    find_own_warnings(report, faults);
  }
  std::ranges::move(diagnose(mesh, examination), std::back_inserter(faults));
  for (Said& root : find_foreign_roots(mesh, examination)) {
    faults.push_back(finding({}, std::move(root)));
  }
  return faults;
}

MeshStatus mesh_status(const Mesh& mesh, std::span<const NodeReport> reports) {
  MeshStatus status{mesh_line(mesh, reports), status_rows(mesh, reports)};
  for (Finding& fault : status_faults(mesh, reports)) {
    const auto row = std::ranges::find(status.nodes, fault.where, &NodeRow::name);
    auto& place = row == status.nodes.end() ? status.mesh.faults : row->faults;
    place.push_back(std::move(fault));
  }
  return status;
}

}  // namespace wgmesh
