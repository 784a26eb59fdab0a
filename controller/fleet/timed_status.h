// A node's status, and how far its clock is from the controller's.
#pragma once

#include <chrono>

#include "controller/fleet/session.h"
#include "proto/status.pb.h"

namespace wgmesh {

struct TimedStatus {
  proto::Status status;
  std::chrono::seconds
      clock_skew{};  // its clock less the controller's; 0 where it does not tell the time
};

// Asks the node. `with_drift`: see Session::status().
TimedStatus timed_status(Session& session, bool with_drift = false);

}  // namespace wgmesh
