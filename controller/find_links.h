// Links between nodes that the mesh file has no endpoint of: waits for what peers see of them, and
// for the handshakes of the links that are tried. Works over the sessions of a change that is done.
#pragma once

#include <optional>
#include <set>

#include "controller/await_forwarding.h"
#include "controller/fleet/transaction_result.h"
#include "controller/mesh/learning.h"
#include "controller/run.h"

namespace wgmesh {

// What is to be changed now, by what the nodes of `up` see of each other. Waits until every node has
// shaken hands with those that it can dial, at most half a minute; not at all if no pair of `mesh`
// is learnable. Nothing: all stands as it was learned before. `mesh` is as the nodes have it.
std::optional<Learning> look_for_links(Run& run, const Mesh& mesh, const Names& up,
                                       const Facts& facts, Statuses& statuses);

// Waits for the links that `learning` tries. Those that have shaken hands.
std::set<LinkName> await_links(Run& run, const Names& up, const Learning& learning,
                               Statuses& statuses);

// Of a change for such links that was not done.
Said warning_of_unlearned(const TransactionResult& result);

}  // namespace wgmesh
