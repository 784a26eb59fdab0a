#include "controller/show/facts_document.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <variant>

#include "common/overloaded.h"
#include "controller/mesh/majority.h"
#include "controller/mesh/missing_link.h"
#include "controller/mesh/node_findings.h"

namespace wgmesh {
namespace {

using Json = nlohmann::ordered_json;

constexpr unsigned kVlanTag = 4;  // bytes

std::string host_of(const Node& node) {
  return std::visit(Overloaded{[](const SshTarget& ssh) { return ssh.host; },
                               [](const ExecTarget& exec) { return exec.text; }},
                    node.target);
}

bool runs_stp(const NodeReport& report) {
  return report.status && report.status->is_up() && report.status->bridge().stp();
}

// The bridge that most nodes take for the root, which of ours that is, and who takes another one.
Json root_json(const Mesh& mesh, std::span<const NodeReport> reports) {
  Votes<std::string> votes;
  for (const NodeReport& report : reports) {
    if (runs_stp(report)) { votes[report.status->bridge().root_id()].push_back(report.node); }
  }
  const auto root = majority_of(votes);
  Json out = {{"node", nullptr}, {"bridge_id", nullptr}};
  if (root.value) {
    out["bridge_id"] = *root.value;
    if (const Node* node = find_bridge(mesh, *root.value)) { out["node"] = node->name; }
  }
  if (!root.disagreeing.empty()) { out["disagreeing"] = root.disagreeing; }
  return out;
}

// Null while none is up, or no more than half of them have the same.
Json segment_mtu_json(std::span<const NodeReport> reports) {
  Votes<unsigned> votes;
  for (const NodeReport& report : reports) {
    if (report.status && report.status->is_up()) {
      votes[report.status->bridge().mtu()].push_back(report.node);
    }
  }
  const auto mtu = majority_of(votes);
  if (!mtu.value) { return {}; }
  Json out = mtu_facts(*mtu.value);
  if (!mtu.disagreeing.empty()) { out["disagreeing"] = mtu.disagreeing; }
  return out;
}

// 0 and 1 without a point: is_up of the mesh is no truth value, but is to look like what it means.
Json fraction_of(std::span<const NodeReport> reports, bool (*holds)(const proto::Status&)) {
  if (reports.empty()) { return 0U; }
  const auto count = std::ranges::count_if(
      reports, [&](const NodeReport& report) { return report.status && holds(*report.status); });
  const auto all = static_cast<std::ptrdiff_t>(reports.size());
  if (count == 0 || count == all) { return count == all ? 1U : 0U; }
  return static_cast<double>(count) / static_cast<double>(all);
}

}  // namespace

Json mtu_facts(unsigned segment) {
  return {{"segment", segment}, {"vlan", segment - std::min(segment, kVlanTag)}};
}

Json mesh_facts(const Mesh& mesh, std::span<const NodeReport> reports) {
  Json facts = {
      {"name", mesh.name},
      {"network", to_text(network_of(mesh.network))},
      {"is_up", fraction_of(reports, [](const proto::Status& status) { return status.is_up(); })},
      {"config_exists",
       fraction_of(reports, [](const proto::Status& status) { return status.stored(); })},
      {"root", root_json(mesh, reports)},
      {"mtu", segment_mtu_json(reports)}};
  for (const MissingLink& missing : missing_links(mesh)) {
    facts["pairs_without_link"].push_back(
        Json{{"pair", Json::array({missing.pair.first, missing.pair.second})},
             {"why", missing.said.text},
             {"cure", missing.said.cure}});
  }
  return facts;
}

Json node_facts(const Mesh& mesh, const Node& node, const NodeReport& report) {
  const bool known = report.status.has_value();
  Json out = {{"host", host_of(node)},
              {"is_up", known ? Json(report.status->is_up()) : Json()},
              {"config_exists", known ? Json(report.status->stored()) : Json()},
              {"address", to_text(node.addresses.front().address)},
              {"peers", Json::array()}};
  for (const Node* peer : peers_of(mesh, node)) { out["peers"].push_back(peer->name); }
  for (const Node* peer : peers_of(mesh, node)) {
    if (find_learned(mesh, node, *peer) != nullptr) { out["learned_peers"].push_back(peer->name); }
  }
  for (const Prefix& address : node.addresses) { out["addresses"].push_back(to_text(address)); }
  return out;
}

}  // namespace wgmesh
