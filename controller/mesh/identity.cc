#include "controller/mesh/identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "controller/text/enumeration.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

using Names = std::vector<std::string>;

std::string command_that_forgets(const Mesh& mesh) {
  return fmt::format("`wgmesh-agent down {} -r`", mesh.name);
}

std::vector<const Node*> all_nodes(const Mesh& mesh) {
  std::vector<const Node*> nodes;
  for (const auto* group : {&mesh.nodes, &mesh.absent}) {
    for (const Node& node : *group) { nodes.push_back(&node); }
  }
  return nodes;
}

bool has_plan_of_its_own(const std::string& node, const Facts& facts) {
  return facts.at(node).identity().node() == node;
}

// Whether a peer of the stored plan takes part in this mesh file.
bool is_known(const std::string& peer, const std::string& key, const Mesh& mesh, const Facts& facts,
              bool by_name) {
  const auto has_key = [&](const auto& fact) { return fact.second.public_key() == key; };
  if (std::ranges::any_of(facts, has_key)) { return true; }
  // By its name alone where nobody could ask it, or where it may have been installed anew.
  const auto nodes = all_nodes(mesh);
  return std::ranges::any_of(nodes, [&](const Node* node) {
    return node->name == peer && (by_name || !facts.contains(peer));
  });
}

bool is_stranger(const Node& node, const Mesh& mesh, const Facts& facts) {
  const proto::Hello& hello = facts.at(node.name);
  const proto::StoredIdentity& stored = hello.identity();
  if (stored.node().empty() || hello.stored_peers_size() == 0) { return false; }
  const bool has_its_name = stored.node() == node.name;
  if (has_its_name && hello.knows_opened_peers()) { return false; }
  const auto network = parse_prefix(stored.network());
  if (has_its_name && network && overlap(*network, mesh.network)) { return false; }
  for (int i = 0; i < hello.stored_peers_size(); ++i) {
    const std::string key = i < stored.peer_keys_size() ? stored.peer_keys(i) : std::string();
    if (is_known(hello.stored_peers(i), key, mesh, facts, has_its_name)) { return false; }
  }
  return true;
}

}  // namespace

std::vector<Mistaken> find_clones(const Mesh& mesh, const Facts& facts) {
  std::map<std::string, Names> by_key;  // of public keys, in file order
  for (const Node& node : mesh.nodes) {
    const auto fact = facts.find(node.name);
    if (fact != facts.end()) { by_key[fact->second.public_key()].push_back(node.name); }
  }
  std::vector<Mistaken> clones;
  for (const Node& node : mesh.nodes) {
    const auto fact = facts.find(node.name);
    if (fact == facts.end()) { continue; }
    Names others = by_key.at(fact->second.public_key());
    if (others.size() < 2) { continue; }
    Names originals;
    std::ranges::copy_if(others, std::back_inserter(originals),
                         [&](const auto& name) { return has_plan_of_its_own(name, facts); });
    const bool is_clear = originals.size() == 1;
    if (is_clear && originals.front() == node.name) { continue; }
    std::erase(others, node.name);
    clones.push_back(
        {node.name, say<"mesh-node-cloned">(is_clear ? originals.front() : enumerated(others),
                                            command_that_forgets(mesh),
                                            is_clear ? node.name : "the one that is the copy")});
  }
  return clones;
}

std::vector<Mistaken> find_strangers(const Mesh& mesh, const Facts& facts) {
  std::vector<Mistaken> strangers;
  for (const Node* node : all_nodes(mesh)) {
    if (!facts.contains(node->name) || !is_stranger(*node, mesh, facts)) { continue; }
    const proto::Hello& hello = facts.at(node->name);
    const Names peers(hello.stored_peers().begin(), hello.stored_peers().end());
    strangers.push_back({node->name, say<"mesh-of-another-file">(
                                         mesh.name, hello.identity().node(), enumerated(peers),
                                         hello.identity().network(), command_that_forgets(mesh))});
  }
  return strangers;
}

}  // namespace wgmesh
