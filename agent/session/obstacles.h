// What of a node is in the way of a plan, and what to do about it: pure judgements of what was read
// (node_probe.h). Each is found at hello, before anything changes.
#pragma once

#include <optional>
#include <string>

#include "agent/linux/node_probe.h"
#include "common/net.h"
#include "common/said.h"
#include "proto/session.pb.h"

namespace wgmesh {

struct Obstacle {
  Said said;
  bool is_warning = false;  // the plan is possible all the same

  bool operator==(const Obstacle&) const = default;
};

// Into the lists of `hello`, which stay parallel. The cure of a warning is a part of its sentence.
void put_problem(const Said& problem, proto::Hello& hello);
void put_warning(const Said& warning, proto::Hello& hello);
void put_obstacle(const Obstacle& obstacle, proto::Hello& hello);

// Why the interface cannot, or must not, become a port of `bridge`: the kernel would refuse it, or
// something that the node needs would lose it.
std::optional<Obstacle> port_obstacle(const std::string& name, const CandidatePort& interface,
                                      const std::string& bridge);

// Where `mine`, the mesh's "network" or "underlay", overlaps a prefix of the node. A wider one,
// such as a VPN's, is only told: the kernel takes the longer prefix.
std::optional<Obstacle> overlap_obstacle(const std::string& what, const Prefix& mine,
                                         const NodePrefix& other);

// Why nobody can be dialled at an address that a resolver gave; empty: nothing is known against it.
std::string why_not_dialable(const IpAddress& address, const proto::Open& open);

}  // namespace wgmesh
