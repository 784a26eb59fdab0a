// What a reading of the kernel says that is merely measured: handshakes, octets, states of ports.
// Pure.
#pragma once

#include <string>

#include "agent/state/kernel_reading.h"
#include "proto/status.pb.h"

namespace wgmesh {

// Peers and ports are named by alias where known.
proto::Status status_of(const KernelReading& reading, const std::string& mesh);

}  // namespace wgmesh
