// What nodes tell of a bench is within reason: each function throws Error for a value that no agent of ours sends.
#pragma once

#include "proto/session.pb.h"

namespace wgmesh {

void check_bench(const proto::BenchListening& listening);
void check_bench(const proto::BenchReceived& received);
void check_bench(const proto::BenchSent& sent);

}  // namespace wgmesh
