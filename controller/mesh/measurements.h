// Round trips between the nodes of a mesh that runs, as values. Knows nothing of how they are
// measured.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

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

}  // namespace wgmesh
