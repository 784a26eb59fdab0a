#include "controller/chosen_nodes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string>

#include "common/nearest.h"
#include "controller/text/messages.h"

namespace wgmesh {

std::optional<Said> find_unknown_node(const Mesh& mesh, const CommandLine& command_line) {
  std::vector<std::string> known;
  for (const Node& node : mesh.nodes) { known.push_back(node.name); }
  if (changes_nodes(command_line.verb)) {
    for (const Node& node : mesh.absent) { known.push_back(node.name); }
  }
  for (const std::string& name : command_line.nodes) {
    if (std::ranges::find(known, name) != known.end()) { continue; }
    const std::optional<std::string> nearest = find_nearest(name, known);
    return say<"node-unknown">(mesh.name, name,
                               nearest ? fmt::format("did you mean '{}'?", *nearest)
                                       : fmt::format("its nodes are {}", fmt::join(known, ", ")));
  }
  return std::nullopt;
}

std::vector<const Node*> chosen_nodes(const Mesh& mesh, const CommandLine& command_line) {
  // All take part in a rotation: the names say whose keys change.
  auto names = command_line.verb == Verb::kRotate ? std::vector<std::string>() : command_line.nodes;
  // A node is measured with each of its peers.
  if (command_line.verb == Verb::kBench && std::set(names.begin(), names.end()).size() == 1) {
    const auto node = std::ranges::find(mesh.nodes, names.front(), &Node::name);
    if (node != mesh.nodes.end()) {
      for (const Node* peer : peers_of(mesh, *node)) { names.push_back(peer->name); }
    }
  }
  std::vector<const Node*> nodes;
  for (const auto* group : {&mesh.nodes, &mesh.absent}) {
    if (group == &mesh.absent && !changes_nodes(command_line.verb)) { continue; }
    for (const Node& node : *group) {
      if (names.empty() || std::ranges::find(names, node.name) != names.end()) {
        nodes.push_back(&node);
      }
    }
  }
  return nodes;
}

}  // namespace wgmesh
