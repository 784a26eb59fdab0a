#include "controller/mesh/admission.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "common/limits.h"
#include "controller/mesh/missing_feature.h"
#include "controller/text/enumeration.h"

namespace wgmesh {
namespace {

bool dials(const Facts& facts, const std::string& from, const std::string& to) {
  const auto known = facts.find(from);
  if (known == facts.end()) { return false; }
  return std::ranges::any_of(known->second.routes(), [&](const proto::EndpointRoute& route) {
    return route.node() == to && route.error().empty();
  });
}

void put_obstacles(const Mesh& mesh, const std::string& node, const proto::Hello& hello,
                   Admission& admission) {
  for (const proto::MissingFeature& missing : hello.missing()) {
    auto [message, cure] = words_of(mesh, hello, missing);
    admission.obstacles.push_back({node, std::move(message), std::move(cure)});
  }
  for (int i = 0; i < hello.problems_size(); ++i) {
    const std::string cure = i < hello.problem_cures_size() ? hello.problem_cures(i) : "";
    admission.obstacles.push_back({node, hello.problems(i), cure});
  }
}

// An endpoint that one end cannot resolve or reach is survivable while the other end can dial.
void put_endpoints(const Facts& facts, const std::set<std::string>& left_out,
                   const std::string& node, Admission& admission) {
  for (const proto::EndpointRoute& route : facts.at(node).routes()) {
    if (route.error().empty() || left_out.contains(route.node())) { continue; }
    const std::string text = fmt::format("endpoint of {}: {}", route.node(), route.error());
    if (dials(facts, route.node(), node)) {
      admission.warnings.push_back(
          fmt::format("{}: {}; {} can still dial it", node, text, route.node()));
    } else {
      admission.obstacles.push_back(
          {node, text,
           "correct the endpoint in mesh.yaml, or the node's /etc/hosts, resolver and routes"});
    }
  }
}

// One node decides for all, so it is named.
std::string told_of_small_mtu(const SegmentMtu& mtu) {
  const std::string cause =
      mtu.is_held ? fmt::format("what {} has committed", mtu.held_by)
                  : fmt::format("the path {}, which carries {} bytes,", mtu.because, mtu.underlay);
  return fmt::format("{} lowers the MTU of the whole segment to {}; IPv6 on it needs {}", cause,
                     mtu.segment, kLeastIpv6Mtu);
}

}  // namespace

Admission admit(const Mesh& mesh, const Facts& facts, const std::set<std::string>& left_out) {
  Admission admission;
  std::map<std::string, std::vector<std::string>> warned;  // what many nodes say is said once
  for (const Node& node : mesh.nodes) {
    const auto hello = facts.find(node.name);
    if (hello == facts.end()) { continue; }
    for (const std::string& warning : hello->second.warnings()) {
      warned[warning].push_back(node.name);
    }
    put_obstacles(mesh, node.name, hello->second, admission);
  }
  for (const auto& [warning, names] : warned) {
    admission.warnings.push_back(fmt::format("{}: {}", enumerated(names), warning));
  }
  for (const Node& node : mesh.nodes) {
    if (facts.contains(node.name)) { put_endpoints(facts, left_out, node.name, admission); }
  }
  return admission;
}

std::vector<std::string> find_half_rotations(const Mesh& mesh, const std::set<std::string>& rotated,
                                             const std::set<std::string>& left_out) {
  std::vector<std::string> faults;
  for (const Node& node : mesh.nodes) {
    if (!rotated.contains(node.name)) { continue; }
    std::vector<std::string> missing;
    if (left_out.contains(node.name)) { missing.push_back(node.name); }
    for (const Node* peer : peers_of(mesh, node)) {
      if (left_out.contains(peer->name)) { missing.push_back(peer->name); }
    }
    if (missing.empty()) { continue; }
    faults.push_back(
        fmt::format("{} cannot get new keys while {} cannot be reached: both ends of a pair "
                    "change, or none",
                    node.name, enumerated(missing)));
  }
  return faults;
}

std::vector<std::string> warnings_of(const Mesh& mesh, const Facts& facts, const SegmentMtu& mtu) {
  std::vector<std::string> warnings;
  if (mtu.segment < kLeastIpv6Mtu && !mesh.mtu) { warnings.push_back(told_of_small_mtu(mtu)); }
  if (mtu.is_held) {
    warnings.push_back(fmt::format(
        "the segment's MTU stays at {} until the nodes that are left out take part", mtu.segment));
  }
  for (std::string& caution : cautions(mesh)) { warnings.push_back(std::move(caution)); }
  for (const std::string& name : vanished_nodes(mesh, facts)) {
    warnings.push_back(fmt::format(
        "{0} is no longer in the mesh file and its peers drop it, but it still holds its keys "
        "and its plan; clean it with `wgmesh-agent down {1} -r` there, or put it back with "
        "`state: absent`",
        name, mesh.name));
  }
  return warnings;
}

}  // namespace wgmesh
