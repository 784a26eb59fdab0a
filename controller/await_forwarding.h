// Waits until a mesh that was changed carries frames between all its nodes; looks at them over the
// sessions of the change.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/said.h"
#include "controller/mesh/forwarding.h"
#include "controller/mesh/second_calls.h"
#include "controller/run.h"

namespace wgmesh {

using Names = std::set<std::string>;  // of nodes

// The status of each of `nodes`, over the sessions that are open.
void look(Run& run, const Names& nodes, Statuses& statuses);

// In short: `links`, and the peers that have no endpoint in the mesh file.
void look_at_sightings(Run& run, const Names& nodes, Statuses& statuses);

// Nodes of `up` that can no longer be asked.
std::map<std::string, NodeFailure> lost_nodes(Run& run, const Names& up);
Said warning_of_lost(const NodeFailure& failure);

// How long to wait after a look at the nodes. Nodes that answer slowly have handshakes to make, so looks take at most half
// of the time.
std::chrono::steady_clock::duration pause_after(std::chrono::steady_clock::duration took);

// Asks nodes to call peers again, if `calls` finds that due. `silent`: the links that have no handshake. Works over the
// sessions of a change that is done.
void call_again(Run& run, SecondCalls& calls, const std::vector<LinkName>& silent);

// Asks all nodes until every link has shaken hands and spanning tree has settled, at most for the
// time that it needs by its own timers and half a minute for slow handshakes.
Missing await_forwarding(Run& run, const Mesh& mesh, const Names& up, Statuses& statuses);
std::vector<Said> warnings_of(const Missing& missing);

}  // namespace wgmesh
