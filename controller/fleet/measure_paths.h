// Round trips between the nodes of a mesh that runs, as their agents measure them over the sessions
// of a fleet: inside WireGuard between peers, and over the segment between all. What it means,
// others say (diagnosis.h, tree.h).
#pragma once

#include <chrono>

#include "controller/fleet/fleet.h"
#include "controller/mesh/forwarding.h"
#include "controller/mesh/measurements.h"
#include "controller/mesh/mesh.h"

namespace wgmesh {

// Every node of `statuses` asks every other, all at the same time, for at most `duration`. Asked
// are only addresses that the mesh file has, whatever a node says where it listens.
Measurements measure_paths(Fleet& fleet, const Mesh& mesh, const Statuses& statuses,
                           std::chrono::milliseconds duration);

}  // namespace wgmesh
