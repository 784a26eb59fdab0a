#include "controller/mesh/learned_in_plan.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "controller/mesh/no_link_why.h"

namespace wgmesh {
namespace {

// A router forgets who may come in after 30 s or more.
constexpr std::uint32_t kHoleKeepalive = 25;  // seconds

}  // namespace

bool has_learned_link(const Mesh& mesh, const Node& node) {
  if (mesh.learned.links.empty()) { return false; }
  return std::ranges::any_of(
      mesh.nodes, [&](const Node& peer) { return find_learned(mesh, node, peer) != nullptr; });
}

bool locates_peers(const Mesh& mesh, const Node& node) {
  if (!mesh.learn_endpoints) { return false; }
  std::vector<const Node*> hidden;
  for (const Node& peer : mesh.nodes) {
    // Whoever has an endpoint for all can be dialled.
    if (peer.endpoint || peer.name == node.name) { continue; }
    if (endpoint_for(peer, node) && is_peered(mesh, peer, node)) { hidden.push_back(&peer); }
  }
  for (std::size_t i = 0; i < hidden.size(); ++i) {
    for (std::size_t j = i + 1; j < hidden.size(); ++j) {
      if (is_learnable(mesh, *hidden[i], *hidden[j])) { return true; }
    }
  }
  return false;
}

void fill_learned(const Mesh& mesh, const Node& node, const Node& peer, proto::Peer& out) {
  const LearnedLink* link = find_learned(mesh, node, peer);
  if (link == nullptr) { return; }
  const auto& endpoint = peer.name < node.name ? link->first : link->second;
  if (!endpoint) { return; }
  out.set_endpoint(to_text(*endpoint));
  out.set_learned(true);
  const std::uint32_t own = node.persistent_keepalive;
  out.set_persistent_keepalive(own == 0 ? kHoleKeepalive : std::min(own, kHoleKeepalive));
}

void put_no_links(const Mesh& mesh, const Node& node, proto::Plan& plan) {
  if (mesh.learned.no_links.empty()) { return; }
  for (const Node& other : mesh.nodes) {
    const auto found = mesh.learned.no_links.find(link_between(node.name, other.name));
    if (found == mesh.learned.no_links.end()) { continue; }
    proto::NoLink& out = *plan.add_no_links();
    out.set_node(other.name);
    out.set_why(wire_of(found->second.why));
    out.set_culprit(found->second.culprit);
    out.set_observed(found->second.observed);
  }
}

}  // namespace wgmesh
