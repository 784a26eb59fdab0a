// What `check` and `graph` look at: every node is asked for its status, then all measure their
// paths to each other at the same time. Changes nothing.
#pragma once

#include "controller/mesh/diagnosis.h"
#include "controller/run.h"

namespace wgmesh {

// Of the nodes that `run` is about. A node that cannot be asked has the reason instead; its failure
// was told. `with_drift`: see Session::status().
Examination examine(Run& run, const Mesh& mesh, bool with_drift = false);

}  // namespace wgmesh
