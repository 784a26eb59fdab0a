#include "controller/mesh/status_rows.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "controller/mesh/majority.h"
#include "controller/mesh/mesh_view.h"
#include "controller/mesh/missing_link.h"
#include "controller/mesh/node_findings.h"
#include "controller/text/messages.h"
#include "controller/text/printable.h"

namespace wgmesh {
namespace {

bool is_drifted(const proto::Status& status) { return status.drift().operations_size() > 0; }

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

Said told_of_drift(const proto::Drift& drift) {
  constexpr std::size_t kMost = 120;  // columns: `wg set` names every peer that it changes
  std::string operations = cut_to(printable(drift.operations(0)), kMost);
  if (const int more = drift.operations_size() - 1; more > 0) {
    operations += fmt::format(" and {} more", more);
  }
  return say<"status-changed-by-hand">(operations);
}

// What an agent says is wrong with what it has stored.
void find_own_warnings(const Node& node, const proto::Status& status,
                       std::vector<Finding>& findings) {
  for (int i = 0; i < status.warnings_size(); ++i) {
    const bool has_id = i < status.warning_ids_size();
    findings.push_back(finding(
        node.name, {has_id ? status.warning_ids(i) : std::string(), status.warnings(i), {}}));
  }
}

// All that is told of a mesh, by the places of nodes in the mesh file. Everything is listed once:
// there are N^2 peers.
class Seen {
 public:
  Seen(const Mesh& mesh, NodeViews views)
      : mesh_(mesh), views_(std::move(views)), links_(links_of(mesh, views_)) {
    for (std::size_t i = 0; i < mesh.nodes.size(); ++i) {
      const auto view = views_.find(mesh.nodes[i].name);
      asked_.push_back(view == views_.end() ? nullptr : &view->second);
      places_.emplace(mesh.nodes[i].name, i);
    }
  }

  // The node is one of the mesh and was asked.
  NodeRow row(std::string_view name) const { return row(places_.at(name)); }

  std::vector<NodeRow> rows() const {
    std::vector<NodeRow> rows;
    for (std::size_t i = 0; i < asked_.size(); ++i) {
      if (asked_[i] != nullptr) { rows.push_back(row(i)); }
    }
    return rows;
  }

  MeshLine line() const {
    MeshLine line;
    line.name = mesh_.name;
    line.nodes = views_.size();
    Votes<std::uint32_t> mtus;
    Votes<std::string> roots;
    for (std::size_t i = 0; i < asked_.size(); ++i) {
      if (!is_up(i)) { continue; }
      ++line.nodes_up;
      const proto::BridgeStatus& bridge = asked_[i]->status->bridge();
      mtus[bridge.mtu()].push_back(mesh_.nodes[i].name);
      if (bridge.stp() && !bridge.root_id().empty()) {
        roots[bridge.root_id()].push_back(mesh_.nodes[i].name);
      }
    }
    count_pairs(line);
    put_unlinked(line);
    line.mtu = majority_of(mtus).value;
    line.root = majority_of(roots).value.value_or("");
    if (const Node* root = find_bridge(mesh_, line.root)) { line.root = root->name; }
    return line;
  }

  // Those of nodes first, in file order. Nobody measures, so handshakes tell of links.
  std::vector<Finding> faults() const {
    std::vector<Finding> faults;
    for (std::size_t i = 0; i < asked_.size(); ++i) {
      if (asked_[i] == nullptr || asked_[i]->status == nullptr) { continue; }
      const proto::Status& status = *asked_[i]->status;
      if (status.is_up() && is_drifted(status)) {
        faults.push_back(finding(mesh_.nodes[i].name, told_of_drift(status.drift())));
      }
      find_own_warnings(mesh_.nodes[i], status, faults);
    }
    std::ranges::move(diagnose(mesh_, views_, links_), std::back_inserter(faults));
    for (Said& root : find_foreign_roots(mesh_, views_)) {
      faults.push_back(finding({}, std::move(root)));
    }
    return faults;
  }

 private:
  bool is_up(std::size_t i) const {
    return asked_[i] != nullptr && asked_[i]->status != nullptr && asked_[i]->status->is_up();
  }
  bool is_linked(std::size_t i, std::size_t j) const {
    return i != j && is_peered(mesh_, mesh_.nodes[i], mesh_.nodes[j]);
  }

  NodeRow row(std::size_t i) const {
    const Node& node = mesh_.nodes[i];
    const NodeView& view = *asked_[i];
    NodeRow row;
    row.name = node.name;
    for (const Prefix& address : node.addresses) {
      row.addresses.push_back(to_text(address.address));
    }
    if (view.hello != nullptr) { row.agent_version = view.hello->agent_version(); }
    bool has_every_link = true;
    for (std::size_t j = 0; j < mesh_.nodes.size(); ++j) {
      if (!is_linked(i, j)) { continue; }
      ++row.peers;
      has_every_link =
          has_every_link && links_.named_peer(i, j) != nullptr && links_.port(i, j) != nullptr;
      put_link(i, j, row);
    }
    if (view.status == nullptr) { return row; }
    const proto::Status& status = *view.status;
    row.state = state_of(status, is_drifted(status), has_every_link);
    row.tree = tree_place(status);
    if (!status.has_device()) { return row; }
    const Traffic traffic = links_.traffic(i);
    row.received = traffic.received;
    row.sent = traffic.sent;
    return row;
  }

  void put_link(std::size_t here, std::size_t there, NodeRow& row) const {
    const std::int64_t handshake = links_.latest_handshake(here, there);
    if (handshake == 0) { return; }
    if (links_.is_live(here, there)) { ++row.peers_up; }
    const std::int64_t now = asked_[here]->status->time();
    if (now == 0) { return; }  // an agent that does not tell
    const auto age = std::max<std::int64_t>(now - handshake, 0);
    row.oldest_handshake = std::max(row.oldest_handshake.value_or(0), age);
  }

  struct PairEnds {
    bool any_asked = false;
    bool any_live = false;
    bool any_mute = false;
  };

  void look_at(std::size_t here, std::size_t there, PairEnds& ends) const {
    if (asked_[here] == nullptr) { return; }
    ends.any_asked = true;
    if (asked_[here]->status == nullptr) { return; }
    (links_.is_live(here, there) ? ends.any_live : ends.any_mute) = true;
  }

  void count_pairs(MeshLine& line) const {
    for (std::size_t i = 0; i < mesh_.nodes.size(); ++i) {
      for (std::size_t j = i + 1; j < mesh_.nodes.size(); ++j) {
        if (!is_linked(i, j)) { continue; }
        PairEnds ends;
        look_at(i, j, ends);
        look_at(j, i, ends);
        if (!ends.any_asked) { continue; }
        ++line.pairs;
        if (find_learned(mesh_, mesh_.nodes[i], mesh_.nodes[j]) != nullptr) { ++line.learned; }
        if (ends.any_live && !ends.any_mute) { ++line.pairs_with_handshake; }
      }
    }
  }

  void put_unlinked(MeshLine& line) const {
    if (mesh_.loop_prevention != LoopPrevention::kStp) { return; }
    auto missing = missing_links(mesh_);
    std::erase_if(missing, [&](const MissingLink& each) {
      return !is_up(places_.at(each.pair.first)) || !is_up(places_.at(each.pair.second));
    });
    line.unlinked = sentences_of(missing);
  }

  const Mesh& mesh_;
  const NodeViews views_;
  const LinkTable links_;
  std::vector<const NodeView*> asked_;                        // null: it was not asked
  std::unordered_map<std::string_view, std::size_t> places_;  // by name
};

}  // namespace

std::vector<NodeRow> status_rows(const Mesh& mesh, const Examination& examination) {
  return Seen(mesh, views_of(examination)).rows();
}

MeshStatus mesh_status(const Mesh& mesh, std::span<const NodeReport> reports) {
  const Seen seen(mesh, views_of(reports));
  MeshStatus status{seen.line(), {}};
  std::unordered_map<std::string_view, std::size_t> rows;  // by node
  for (const NodeReport& report : reports) {
    rows.emplace(report.node, status.nodes.size());
    status.nodes.push_back(seen.row(report.node));
  }
  for (Finding& fault : seen.faults()) {
    const auto row = rows.find(fault.where);
    auto& faults = row == rows.end() ? status.mesh.faults : status.nodes[row->second].faults;
    faults.push_back(std::move(fault));
  }
  return status;
}

}  // namespace wgmesh
