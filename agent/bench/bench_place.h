// Between which addresses a controller may have a bench: on the segment only between addresses of the mesh, and beside
// the mesh only between others.
#pragma once

#include "agent/bench/bench_sockets.h"
#include "agent/state/kernel.h"
#include "proto/session.pb.h"

namespace wgmesh {

// Throws Error for a path that this node takes no part in.
BenchEnds bench_ends(Kernel& kernel, const proto::Open& open, const proto::BenchPath& path);

}  // namespace wgmesh
