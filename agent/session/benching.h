// This node's part when nodes measure their throughput: it receives, or it sends, and hears nothing of the controller
// meanwhile but the end of the session. All sockets are closed when the answer goes out.
#pragma once

#include <string>

#include "agent/session/session_io.h"
#include "agent/state/kernel.h"
#include "proto/session.pb.h"

namespace wgmesh {

// Answers `wanted`, which is a BenchReceive or a BenchSend. `locks`: the folder where the locks are. Throws Refused while
// a change of the mesh goes on here, and Error where nothing can be measured.
void bench(SessionIo& io, Kernel& kernel, const proto::Open& open, const std::string& locks,
           const proto::ToAgent& wanted);

}  // namespace wgmesh
