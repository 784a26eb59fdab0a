#include "controller/mesh/admission.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "common/limits.h"
#include "controller/mesh/missing_feature.h"
#include "controller/text/enumeration.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

using Texts = google::protobuf::RepeatedPtrField<std::string>;

bool dials(const Mesh& mesh, const Facts& facts, const std::string& from, const std::string& to) {
  const auto known = facts.find(from);
  if (known == facts.end()) { return false; }
  const auto node = std::ranges::find(mesh.nodes, from, &Node::name);
  if (known->second.route_groups_size() > 0 && node != mesh.nodes.end()) {
    const auto peers = opened_peers(mesh, *node);
    const auto place = std::ranges::find(peers, to, &Node::name) - peers.begin();
    return std::ranges::any_of(known->second.route_groups(), [&](const proto::RouteGroup& group) {
      return std::ranges::find(group.peers(), static_cast<std::uint32_t>(place)) !=
             group.peers().end();
    });
  }
  return std::ranges::any_of(known->second.routes(), [&](const proto::EndpointRoute& route) {
    return route.node() == to && route.error().empty();
  });
}

// Of a list beside another: an older agent sends less of it.
std::string at(const Texts& texts, int i) { return i < texts.size() ? texts[i] : std::string(); }

void put_obstacles(const Mesh& mesh, const std::string& node, const proto::Hello& hello,
                   Admission& admission) {
  for (const proto::MissingFeature& missing : hello.missing()) {
    admission.obstacles.push_back({node, words_of(mesh, hello, missing)});
  }
  for (int i = 0; i < hello.problems_size(); ++i) {
    admission.obstacles.push_back(
        {node, {at(hello.problem_ids(), i), hello.problems(i), at(hello.problem_cures(), i)}});
  }
}

// An endpoint that one end cannot resolve or reach is survivable while the other end can dial.
void put_endpoints(const Mesh& mesh, const Facts& facts, const std::set<std::string>& left_out,
                   const std::string& node, Admission& admission) {
  for (const proto::EndpointRoute& route : facts.at(node).routes()) {
    if (route.error().empty() || left_out.contains(route.node())) { continue; }
    if (dials(mesh, facts, route.node(), node)) {
      admission.warnings.push_back(say<"mesh-endpoint-one-way">(node, route.node(), route.error()));
    } else {
      admission.obstacles.push_back(
          {node, say<"mesh-endpoint-unreachable">(route.node(), route.error())});
    }
  }
}

// One node decides for all, so it is named.
Said told_of_small_mtu(const SegmentMtu& mtu) {
  const std::string cause =
      mtu.is_held ? fmt::format("what {} has committed", mtu.held_by)
                  : fmt::format("the path {}, which carries {} bytes,", mtu.because, mtu.underlay);
  return say<"mesh-mtu-below-ipv6">(cause, mtu.segment, kLeastIpv6Mtu);
}

}  // namespace

Admission admit(const Mesh& mesh, const Facts& facts, const std::set<std::string>& left_out) {
  Admission admission;
  struct Warned {
    std::string id;
    std::vector<std::string> nodes;
  };
  std::map<std::string, Warned> warned;  // what many nodes say is said once
  for (const Node& node : mesh.nodes) {
    const auto hello = facts.find(node.name);
    if (hello == facts.end()) { continue; }
    for (int i = 0; i < hello->second.warnings_size(); ++i) {
      Warned& one = warned[hello->second.warnings(i)];
      if (one.id.empty()) { one.id = at(hello->second.warning_ids(), i); }
      one.nodes.push_back(node.name);
    }
    put_obstacles(mesh, node.name, hello->second, admission);
  }
  for (const auto& [warning, by] : warned) {
    admission.warnings.push_back({by.id, fmt::format("{}: {}", enumerated(by.nodes), warning), {}});
  }
  for (const Node& node : mesh.nodes) {
    if (facts.contains(node.name)) { put_endpoints(mesh, facts, left_out, node.name, admission); }
  }
  return admission;
}

std::vector<Said> find_half_rotations(const Mesh& mesh, const std::set<std::string>& rotated,
                                      const std::set<std::string>& left_out) {
  std::vector<Said> faults;
  for (const Node& node : mesh.nodes) {
    if (!rotated.contains(node.name)) { continue; }
    std::vector<std::string> missing;
    if (left_out.contains(node.name)) { missing.push_back(node.name); }
    for (const Node* peer : peers_of(mesh, node)) {
      if (left_out.contains(peer->name)) { missing.push_back(peer->name); }
    }
    if (missing.empty()) { continue; }
    faults.push_back(say<"mesh-rotation-halved">(node.name, enumerated(missing)));
  }
  return faults;
}

std::vector<Said> warnings_of(const Mesh& mesh, const Facts& facts, const SegmentMtu& mtu) {
  std::vector<Said> warnings;
  if (mtu.segment < kLeastIpv6Mtu && !mesh.mtu) { warnings.push_back(told_of_small_mtu(mtu)); }
  if (mtu.is_held) { warnings.push_back(say<"mesh-mtu-held">(mtu.segment)); }
  for (Said& caution : cautions(mesh)) { warnings.push_back(std::move(caution)); }
  for (const std::string& name : vanished_nodes(mesh, facts)) {
    warnings.push_back(say<"mesh-node-vanished">(name, mesh.name));
  }
  return warnings;
}

}  // namespace wgmesh
