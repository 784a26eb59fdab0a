// Round trips between the nodes of a mesh that runs, as their agents measure them over the sessions
// of a fleet: inside WireGuard between peers, and over the segment between all. What it means,
// others say (diagnosis.h, tree.h).
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "controller/fleet/fleet.h"
#include "controller/mesh/forwarding.h"
#include "controller/mesh/mesh.h"

namespace wgmesh {

struct PathMeasurement {
  std::optional<std::chrono::microseconds> round_trip;  // the least; absent: nothing came back
  bool large_passes = false;  // a packet of the MTU, which may not be fragmented
  std::string error;          // why nothing could be sent

  bool operator==(const PathMeasurement&) const = default;
};

struct PairMeasurement {
  std::optional<PathMeasurement> inner;    // absent: no peers, or nobody listens there
  std::optional<PathMeasurement> segment;  // absent: nobody listens there
};

// By the node that asks, then by the one that is asked.
using Measurements = std::map<std::string, std::map<std::string, PairMeasurement>>;

// Every node of `statuses` asks every other, all at the same time, for at most `duration`. Asked
// are only addresses that the mesh file has, whatever a node says where it listens.
Measurements measure_paths(Fleet& fleet, const Mesh& mesh, const Statuses& statuses,
                           std::chrono::milliseconds duration);

}  // namespace wgmesh
