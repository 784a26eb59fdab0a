// One run of a bench over the sessions of a fleet: one node listens for one other, which sends. What the figures mean,
// others say.
#pragma once

#include "controller/fleet/fleet.h"
#include "controller/mesh/bench.h"

namespace wgmesh {

// Puts figures into `run`, or why there are none. A node that cannot go on is out of the fleet afterwards.
void measure_bench(Fleet& fleet, const BenchAddresses& addresses, const BenchBounds& bounds,
                   BenchRun& run);

}  // namespace wgmesh
