#include "agent/session/obstacles.h"

#include <fmt/format.h>

#include "agent/text/messages.h"

namespace wgmesh {

namespace {

using Strings = google::protobuf::RepeatedPtrField<std::string>;

// So that what is added next stands beside the last of `others`.
void pad(Strings& list, const Strings& others) {
  while (list.size() < others.size()) { list.Add(); }
}

}  // namespace

void put_problem(const Said& problem, proto::Hello& hello) {
  pad(*hello.mutable_problem_cures(), hello.problems());
  pad(*hello.mutable_problem_ids(), hello.problems());
  hello.add_problems(problem.text);
  hello.add_problem_cures(problem.cure);
  hello.add_problem_ids(problem.id);
}

void put_warning(const Said& warning, proto::Hello& hello) {
  pad(*hello.mutable_warning_ids(), hello.warnings());
  hello.add_warnings(warning.cure.empty() ? warning.text : warning.text + "; " + warning.cure);
  hello.add_warning_ids(warning.id);
}

void put_obstacle(const Obstacle& obstacle, proto::Hello& hello) {
  if (obstacle.is_warning) {
    put_warning(obstacle.said, hello);
  } else {
    put_problem(obstacle.said, hello);
  }
}

std::optional<Obstacle> port_obstacle(const std::string& name, const CandidatePort& interface,
                                      const std::string& bridge) {
  if (interface.loopback) { return Obstacle{say<"bridge-port-loopback">(name)}; }
  if (!interface.is_ethernet) {
    const std::string kind =
        interface.kind.empty() ? std::string() : fmt::format(" (kind {})", interface.kind);
    return Obstacle{say<"bridge-port-not-ethernet">(name, kind)};
  }
  if (interface.kind == "bridge") { return Obstacle{say<"bridge-port-is-bridge">(name)}; }
  if (!interface.master.empty() && interface.master != bridge) {
    return Obstacle{say<"bridge-port-taken">(
        name, interface.master,
        interface.master_kind.empty() ? "kind unknown" : interface.master_kind)};
  }
  if (!interface.lower_of.empty()) {
    return Obstacle{say<"bridge-port-has-upper">(name, interface.lower_of)};
  }
  if (!interface.global_addresses.empty()) {
    return Obstacle{
        say<"bridge-port-has-address">(name, to_text(*interface.global_addresses.begin()))};
  }
  if (interface.carries_default_route) { return Obstacle{say<"bridge-port-default-route">(name)}; }
  return std::nullopt;
}

std::optional<Obstacle> overlap_obstacle(const std::string& what, const Prefix& mine,
                                         const NodePrefix& other) {
  if (other.prefix.length == 0 || !overlap(mine, other.prefix)) { return std::nullopt; }
  const std::string network = to_text(network_of(mine));
  const std::string theirs = to_text(other.prefix);
  const bool is_wider = other.prefix.length < mine.length;
  if (is_wider && !contains(mine, other.prefix.address)) {
    return Obstacle{say<"network-inside-wider">(what, network, theirs, other.interface), true};
  }
  return Obstacle{say<"network-overlaps">(what, network, theirs, other.interface)};
}

std::string why_not_dialable(const IpAddress& address, const proto::Open& open) {
  if (is_loopback(address)) { return "which is this node itself"; }
  if (!is_one_host(address)) { return "which is no address of a host"; }
  for (const std::string& inside : {open.network(), open.inner_address()}) {
    const auto prefix = parse_prefix(inside);
    if (prefix && contains(*prefix, address)) {
      return fmt::format("which is inside the mesh ({})", to_text(network_of(*prefix)));
    }
  }
  return {};
}

}  // namespace wgmesh
