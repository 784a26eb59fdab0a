// What `path_cost: auto` decides: whether the tree that stands is good enough, and if not,
// priorities and path costs of a better one. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "controller/mesh/forwarding.h"
#include "controller/mesh/measurements.h"
#include "controller/mesh/mesh.h"
#include "controller/mesh/tree.h"

namespace wgmesh {

struct TreeChoice {
  std::map<std::string, std::uint16_t> priorities;  // of nodes whose priority is open
  std::map<LinkName, std::uint16_t> path_costs;
  std::string root;
  // The mean round trip between two nodes, in milliseconds.
  double mean_before = 0;
  double mean_after = 0;
};

// The least that was measured inside WireGuard from either end, for pairs of peers that answered.
RoundTrips round_trips_of(const Mesh& mesh, const Measurements& measured);

// Nothing where the tree that stands is at most a tenth worse than the best, so that it does not
// come and go with what is measured; and where the links that answered do not join all nodes of
// `statuses`.
std::optional<TreeChoice> choose_better_tree(const Mesh& mesh, const Statuses& statuses,
                                             const RoundTrips& round_trips);

}  // namespace wgmesh
