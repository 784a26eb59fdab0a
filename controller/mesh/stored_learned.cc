#include "controller/mesh/stored_learned.h"

#include <string_view>
#include <unordered_map>

#include "controller/mesh/no_link_why.h"

namespace wgmesh {
namespace {

// What one node has stored, by the other node of the pair.
struct StoredByPeer {
  std::unordered_map<std::string_view, SocketAddress> endpoints;
  std::unordered_map<std::string_view, const proto::NoLink*> no_links;
};

StoredByPeer stored_of(const proto::Hello& hello) {
  StoredByPeer stored;
  for (const proto::LearnedEndpoint& learned : hello.learned()) {
    if (const auto endpoint = parse_socket_address(learned.endpoint())) {
      stored.endpoints.emplace(learned.node(), *endpoint);
    }
  }
  for (const proto::NoLink& no_link : hello.no_links()) {
    stored.no_links.emplace(no_link.node(), &no_link);
  }
  return stored;
}

// One end of a pair. Absent values: it has stored nothing.
struct StoredEnd {
  bool was_asked = false;
  std::optional<SocketAddress> endpoint;  // where it finds the other end
  std::optional<NoLink> no_link;

  bool may_have_link() const { return !was_asked || endpoint; }
};

using StoredByNode = std::unordered_map<std::string_view, StoredByPeer>;

StoredEnd stored_end_of(const StoredByNode& all, const std::string& node,
                        const std::string& other) {
  StoredEnd end;
  const auto found = all.find(node);
  if (found == all.end()) { return end; }
  end.was_asked = true;
  const StoredByPeer& stored = found->second;
  if (const auto endpoint = stored.endpoints.find(other); endpoint != stored.endpoints.end()) {
    end.endpoint = endpoint->second;
  }
  if (const auto no_link = stored.no_links.find(other); no_link != stored.no_links.end()) {
    const proto::NoLink& told = *no_link->second;
    if (const auto why = no_link_why_of(told.why())) {
      end.no_link = NoLink{*why, told.culprit(), told.observed()};
    }
  }
  return end;
}

void put_pair(const LinkName& pair, const StoredEnd& first, const StoredEnd& second,
              Learned& learned) {
  if (first.may_have_link() && second.may_have_link()) {
    learned.links[pair] = {second.endpoint, first.endpoint};
    return;
  }
  const auto& told = first.was_asked ? first.no_link : second.no_link;
  const bool agree = !first.was_asked || !second.was_asked || first.no_link == second.no_link;
  if (told && agree) { learned.no_links[pair] = *told; }
}

Learned learned_of(const Mesh& mesh, const StoredByNode& all) {
  Learned learned;
  for (const LinkName& pair : learnable_pairs(mesh)) {
    const StoredEnd first = stored_end_of(all, pair.first, pair.second);
    const StoredEnd second = stored_end_of(all, pair.second, pair.first);
    if (first.was_asked || second.was_asked) { put_pair(pair, first, second, learned); }
  }
  return learned;
}

}  // namespace

Learned stored_learned(const Mesh& mesh, const Facts& facts) {
  StoredByNode all;
  for (const auto& [node, hello] : facts) { all.emplace(node, stored_of(hello)); }
  return learned_of(mesh, all);
}

Mesh with_learned(Mesh mesh, std::span<const NodeReport> reports) {
  StoredByNode all;
  for (const NodeReport& report : reports) {
    if (report.hello) { all.emplace(report.node, stored_of(*report.hello)); }
  }
  mesh.learned = learned_of(mesh, all);
  return mesh;
}

Mesh with_learned(Mesh mesh, const Examination& examination) {
  StoredByNode all;
  for (const auto& [node, examined] : examination.nodes) {
    if (examined.hello) { all.emplace(node, stored_of(*examined.hello)); }
  }
  mesh.learned = learned_of(mesh, all);
  return mesh;
}

}  // namespace wgmesh
