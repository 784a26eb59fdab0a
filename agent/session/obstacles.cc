#include "agent/session/obstacles.h"

#include <fmt/format.h>

#include <algorithm>

namespace wgmesh {

void put_obstacle(const Obstacle& obstacle, proto::Hello& hello) {
  if (obstacle.is_warning) {
    hello.add_warnings(obstacle.cure.empty() ? obstacle.message
                                             : obstacle.message + "; " + obstacle.cure);
    return;
  }
  while (hello.problem_cures_size() < hello.problems_size()) { hello.add_problem_cures(""); }
  hello.add_problems(obstacle.message);
  hello.add_problem_cures(obstacle.cure);
}

std::optional<Obstacle> port_obstacle(const std::string& name, const CandidatePort& interface,
                                      const std::string& bridge) {
  const std::string leave_out = fmt::format("take {} out of bridge_ports", name);
  const auto obstacle = [&](std::string why, std::string cure) {
    return Obstacle{fmt::format("bridge_ports: {} {}", name, why), std::move(cure)};
  };
  if (interface.loopback) { return obstacle("is the loopback interface", leave_out); }
  if (!interface.is_ethernet) {
    return obstacle(interface.kind.empty()
                        ? std::string("is not an Ethernet interface")
                        : fmt::format("is not an Ethernet interface (kind {})", interface.kind),
                    leave_out + ": only Ethernet frames go through a bridge");
  }
  if (interface.kind == "bridge") {
    return obstacle("is a bridge itself, and a bridge cannot be in a bridge",
                    "name a port of it, or join the two by a pair of veth interfaces");
  }
  if (!interface.master.empty() && interface.master != bridge) {
    return obstacle(
        fmt::format("is a port of {} ({}), which would lose it", interface.master,
                    interface.master_kind.empty() ? "kind unknown" : interface.master_kind),
        fmt::format("if {} can do without it: ip link set {} nomaster; else {}", interface.master,
                    name, leave_out));
  }
  if (!interface.lower_of.empty()) {
    return obstacle(
        fmt::format("carries {}, beside which it cannot be in a bridge", interface.lower_of),
        fmt::format("delete {}, or {}", interface.lower_of, leave_out));
  }
  if (!interface.global_addresses.empty()) {
    return obstacle(fmt::format("has the address {}, which a bridge port cannot use",
                                to_text(*interface.global_addresses.begin())),
                    "move it to another interface, or " + leave_out);
  }
  if (interface.carries_default_route) { return obstacle("carries the default route", leave_out); }
  return std::nullopt;
}

std::optional<Obstacle> overlap_obstacle(const std::string& what, const Prefix& mine,
                                         const NodePrefix& other) {
  if (other.prefix.length == 0 || !overlap(mine, other.prefix)) { return std::nullopt; }
  const std::string network = to_text(network_of(mine));
  const bool is_wider = other.prefix.length < mine.length;
  if (is_wider && !contains(mine, other.prefix.address)) {
    return Obstacle{
        fmt::format("{} {} is inside {}, which {} has: this node reaches {} through the "
                    "mesh from now on, and no longer by {}",
                    what, network, to_text(other.prefix), other.interface, network,
                    other.interface),
        {},
        true};
  }
  return Obstacle{
      fmt::format("{} {} overlaps {} on {}", what, network, to_text(other.prefix), other.interface),
      fmt::format("give the mesh another `{}`, or take the address away from {}", what,
                  other.interface)};
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
