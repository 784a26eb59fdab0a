#include "controller/mesh/tree_choice.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "common/error.h"

namespace wgmesh {
namespace {

constexpr double kGoodEnough = 1.1;
constexpr std::uint16_t kRootPriority = 4096;
constexpr std::uint16_t kBackupPriority = 8192;

// What the ports of the lesser name's node cost; spanning tree counts the end that is farther from
// the root, and a plan gives both ends the same.
std::map<LinkName, std::uint16_t> costs_that_stand(const Statuses& statuses) {
  std::map<LinkName, std::uint16_t> costs;
  for (const auto& [node, status] : statuses) {
    for (const proto::PortStatus& port : status.ports()) {
      if (port.peer().empty() || !statuses.contains(port.peer())) { continue; }
      costs.emplace(link_between(node, port.peer()), static_cast<std::uint16_t>(port.path_cost()));
    }
  }
  return costs;
}

// By its bridge ID; empty where it is none of these nodes.
std::string root_that_stands(const Statuses& statuses) {
  for (const auto& [node, status] : statuses) {
    if (status.bridge().root_id() == status.bridge().bridge_id()) { return node; }
  }
  return {};
}

// A priority below those that are given by themselves says who is to be the root.
std::string wished_root(const Mesh& mesh, const Statuses& statuses) {
  const Node* wished = nullptr;
  for (const Node& node : mesh.nodes) {
    const bool speaks = !node.priority_is_open && node.priority < kRootPriority;
    if (!speaks || !statuses.contains(node.name)) { continue; }
    if (wished == nullptr || node.priority < wished->priority) { wished = &node; }
  }
  return wished == nullptr ? std::string() : wished->name;
}

}  // namespace

RoundTrips round_trips_of(const Mesh& mesh, const Measurements& measured) {
  RoundTrips round_trips;
  for (const Node& node : mesh.nodes) {
    const auto row = measured.find(node.name);
    if (row == measured.end()) { continue; }
    for (const auto& [other, pair] : row->second) {
      if (!pair.inner || !pair.inner->round_trip) { continue; }
      const double milliseconds = static_cast<double>(pair.inner->round_trip->count()) / 1000;
      const auto [found, is_new] =
          round_trips.emplace(link_between(node.name, other), milliseconds);
      if (!is_new) { found->second = std::min(found->second, milliseconds); }
    }
  }
  return round_trips;
}

std::optional<TreeChoice> choose_better_tree(const Mesh& mesh, const Statuses& statuses,
                                             const RoundTrips& round_trips) {
  std::vector<std::string> nodes;
  for (const auto& [node, status] : statuses) { nodes.push_back(node); }
  if (nodes.size() < 2) { return std::nullopt; }
  Tree tree;
  try {
    tree = choose_tree(nodes, round_trips, wished_root(mesh, statuses));
  } catch (const Error&) { return std::nullopt; }
  double before = std::numeric_limits<double>::infinity();
  if (const std::string root = root_that_stands(statuses); !root.empty()) {
    const auto links = tree_by_costs(nodes, root, costs_that_stand(statuses));
    if (!links.empty()) { before = total_latency(nodes, links, round_trips); }
  }
  const double after = total_latency(nodes, tree.links, round_trips);
  if (before <= kGoodEnough * after) { return std::nullopt; }

  TreeChoice choice;
  choice.root = tree.root;
  choice.path_costs = path_costs_for(tree, round_trips);
  for (const Node& node : mesh.nodes) {
    if (!node.priority_is_open) { continue; }
    choice.priorities[node.name] = node.name == tree.root          ? kRootPriority
                                   : node.name == tree.backup_root ? kBackupPriority
                                                                   : kOpenPriority;
  }
  const double pairs = static_cast<double>(nodes.size() * (nodes.size() - 1)) / 2;
  choice.mean_before = before / pairs;
  choice.mean_after = after / pairs;
  return choice;
}

}  // namespace wgmesh
