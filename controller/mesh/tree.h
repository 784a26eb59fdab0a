// The tree that frames should take, chosen from measured round-trip times, and the path costs that
// make spanning tree choose it. Pure: knows no nodes but by name.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "controller/mesh/link_name.h"

namespace wgmesh {

// Milliseconds. What is missing is no link.
using RoundTrips = std::map<LinkName, double>;

struct Tree {
  std::vector<LinkName> links;  // sorted
  std::string root;             // the node with the least total latency to all others
  std::string backup_root;      // the next one; empty where there is one node

  bool operator==(const Tree&) const = default;
};

// The sum over all pairs of the round trip through `links`. Infinite where they join not all.
double total_latency(const std::vector<std::string>& nodes, const std::vector<LinkName>& links,
                     const RoundTrips& round_trips);

// The tree of shortest paths from the node where they are shortest in sum, made better link by link
// while that helps. `wished_root`, where it is not empty, becomes the root. Throws Error where the
// links do not join all nodes.
Tree choose_tree(const std::vector<std::string>& nodes, const RoundTrips& round_trips,
                 const std::string& wished_root = {});

// Such that spanning tree takes the links of `tree` from any root while they work, and the others
// by their round trips when they do not.
std::map<LinkName, std::uint16_t> path_costs_for(const Tree& tree, const RoundTrips& round_trips);

// The tree that spanning tree builds from `root` with these costs.
std::vector<LinkName> tree_by_costs(const std::vector<std::string>& nodes, const std::string& root,
                                    const std::map<LinkName, std::uint16_t>& costs);

}  // namespace wgmesh
