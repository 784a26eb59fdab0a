#include "controller/mesh.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "common/naming.h"

namespace wgmesh {
namespace {

// A bridge has at most this many ports (BR_MAX_PORTS - 1 in the kernel).
constexpr std::size_t kMaxPorts = 1023;

bool lists(const Node& node, const std::string& peer) {
  return std::find(node.peers.begin(), node.peers.end(), peer) != node.peers.end();
}

bool is_peered(const Mesh& mesh, const Node& a, const Node& b) {
  if (mesh.full || (a.peers.empty() && b.peers.empty())) return true;
  return lists(a, b.name) || lists(b, a.name);
}

std::string joined(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += names[i];
  }
  if (names.size() > kMost) text += fmt::format(" and {} more", names.size() - kMost);
  return text;
}

void find_colliding_addresses(const Mesh& mesh, std::vector<Problem>& problems) {
  std::map<IpAddress, const Node*> owner;
  for (const Node& node : mesh.nodes) {
    for (std::size_t i = 0; i < node.addresses.size(); ++i) {
      const auto [found, is_new] = owner.emplace(node.addresses[i].address, &node);
      if (is_new) continue;
      const std::string other =
          found->second == &node ? "this node" : fmt::format("node {}", found->second->name);
      problems.push_back({node.name, "addr", i,
                          fmt::format("the address {} is already that of {}; give each its own",
                                      to_text(node.addresses[i].address), other)});
    }
  }
}

void find_colliding_inner_addresses(const Mesh& mesh, std::vector<Problem>& problems) {
  if (overlap(mesh.underlay, mesh.network)) {
    problems.push_back({"",
                        "underlay",
                        {},
                        fmt::format("the underlay {} overlaps the network {}; take another prefix",
                                    to_text(mesh.underlay), to_text(mesh.network))});
  }
  std::map<IpAddress, const Node*> owner;
  for (const Node& node : mesh.nodes) {
    const IpAddress address = inner_address_of(mesh, node).address;
    const auto [found, is_new] = owner.emplace(address, &node);
    if (is_new) continue;
    problems.push_back(
        {node.name,
         "underlay_addr",
         {},
         fmt::format(
             "the address inside WireGuard, {}, is also that of node {}; give one of them an "
             "underlay_addr of its own in {}",
             to_text(address), found->second->name, to_text(network_of(mesh.underlay)))});
  }
}

void find_colliding_links(const Mesh& mesh, std::vector<Problem>& problems) {
  // Names are the same seen from every node, so one pass finds what could meet on any of them.
  std::map<std::string, const Node*> owner;
  for (const Node& node : mesh.nodes) {
    const std::string link = tunnel_name(mesh.name, node.name);
    const auto [found, is_new] = owner.emplace(link, &node);
    if (is_new) continue;
    problems.push_back({node.name,
                        "",
                        {},
                        fmt::format("links to it and to node {} would both be named {}; rename one",
                                    found->second->name, link)});
  }
}

void find_unlinkable_pairs(const Mesh& mesh, std::vector<Problem>& problems) {
  for (const Node& node : mesh.nodes) {
    if (node.endpoint) continue;
    std::vector<std::string> mute;  // each pair once, at the later node
    for (const Node& other : mesh.nodes) {
      if (&other == &node) break;
      if (!other.endpoint && is_peered(mesh, other, node)) mute.push_back(other.name);
    }
    if (mute.empty()) continue;
    problems.push_back(
        {node.name,
         "endpoint",
         {},
         fmt::format("neither this node nor its {} {} {} an endpoint, so neither could "
                     "reach the other; add one, or leave the pair out with full: false "
                     "and peers",
                     mute.size() == 1 ? "peer" : "peers", joined(mute),
                     mute.size() == 1 ? "has" : "have")});
  }
}

// The nodes that can be reached over peers from the first.
std::set<const Node*> first_island(const Mesh& mesh) {
  std::set<const Node*> reached{&mesh.nodes.front()};
  std::vector<const Node*> open{&mesh.nodes.front()};
  while (!open.empty()) {
    const Node* node = open.back();
    open.pop_back();
    for (const Node* peer : peers_of(mesh, *node)) {
      if (reached.insert(peer).second) open.push_back(peer);
    }
  }
  return reached;
}

void find_islands(const Mesh& mesh, std::vector<Problem>& problems) {
  if (mesh.full || mesh.nodes.empty()) return;
  const std::set<const Node*> reached = first_island(mesh);
  std::vector<std::string> cut_off;
  for (const Node& node : mesh.nodes) {
    if (!reached.contains(&node)) cut_off.push_back(node.name);
  }
  if (cut_off.empty()) return;
  problems.push_back(
      {cut_off.front(),
       "peers",
       {},
       fmt::format("no path of peers leads from {} to {}; add a peer that joins them "
                   "into one segment",
                   mesh.nodes.front().name, joined(cut_off))});
}

void find_full_bridges(const Mesh& mesh, std::vector<Problem>& problems) {
  for (const Node& node : mesh.nodes) {
    const std::size_t ports = peers_of(mesh, node).size() + node.bridge_ports.size();
    if (ports <= kMaxPorts) continue;
    problems.push_back(
        {node.name,
         "peers",
         {},
         fmt::format("its bridge would have {} ports, and a bridge takes {}; give it "
                     "fewer peers (full: false)",
                     ports, kMaxPorts)});
  }
}

}  // namespace

std::vector<const Node*> peers_of(const Mesh& mesh, const Node& node) {
  std::vector<const Node*> peers;
  for (const Node& other : mesh.nodes) {
    if (other.name != node.name && is_peered(mesh, node, other)) peers.push_back(&other);
  }
  return peers;
}

Prefix inner_address_of(const Mesh& mesh, const Node& node) {
  if (node.underlay_address) return {*node.underlay_address, mesh.underlay.length};
  return inner_address(mesh.name, node.name, mesh.underlay);
}

std::vector<Problem> find_address_problems(const Mesh& mesh) {
  std::vector<Problem> problems;
  find_colliding_addresses(mesh, problems);
  find_colliding_inner_addresses(mesh, problems);
  find_colliding_links(mesh, problems);
  return problems;
}

std::vector<Problem> find_peering_problems(const Mesh& mesh) {
  std::vector<Problem> problems;
  find_unlinkable_pairs(mesh, problems);
  find_islands(mesh, problems);
  find_full_bridges(mesh, problems);
  return problems;
}

std::vector<std::string> check(const Mesh& mesh) {
  std::vector<std::string> sentences;
  for (const auto& problems : {find_address_problems(mesh), find_peering_problems(mesh)}) {
    for (const Problem& problem : problems) {
      sentences.push_back(problem.node.empty()
                              ? problem.message
                              : fmt::format("node {}: {}", problem.node, problem.message));
    }
  }
  return sentences;
}

}  // namespace wgmesh
