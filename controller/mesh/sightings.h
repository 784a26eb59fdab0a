// Where nodes behind NAT can be reached, by what their peers see of them: for each pair that neither
// end can dial, what is to be tried, or why nothing is. An observer may lie, so what it says is used
// for nothing but the pair that it is asked about. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "controller/mesh/forwarding.h"
#include "controller/mesh/learned.h"
#include "controller/mesh/mesh.h"
#include "controller/mesh/planner.h"

namespace wgmesh {

// Both ends set.
struct Attempt {
  LearnedLink link;
  std::chrono::seconds patience{};

  bool operator==(const Attempt&) const = default;
};

// A pair about which something is to be done.
struct PairToLearn {
  LinkName pair;
  std::vector<Attempt> attempts;  // in their order
  NoLink otherwise;               // what holds if none of them leads to a handshake

  bool operator==(const PairToLearn&) const = default;
};

// Looks at the learnable pairs of which both ends are in `statuses`, in full or as AskStatus.sightings wants them. Leaves
// out pairs whose link lives, pairs that nobody sees whom both can dial, and pairs of which nothing else is observed
// than what `mesh.learned` knows already. An observed endpoint is never an address of the mesh, nor loopback,
// link-local, multicast or private. A private address is only taken from the node itself, and only if both have the
// same public address: then the two try each other there for 5 s first.
std::vector<PairToLearn> find_pairs_to_learn(const Mesh& mesh, const Facts& facts,
                                             const Statuses& statuses);

}  // namespace wgmesh
