// This node's part when nodes measure the paths between them: it listens, answers what the others send while the session
// waits for the controller, and probes when it is told to.
#pragma once

#include <optional>

#include "agent/peers/echo.h"
#include "agent/session/session_io.h"
#include "agent/state/kernel.h"
#include "proto/session.pb.h"

namespace wgmesh {

class PathMeasuring {
 public:
  // `open`: of this session. Throws Error as listen_on_mesh does.
  proto::Listening listen(Kernel& kernel, const proto::Open& open, const proto::Listen& wanted);
  // Throws ProtocolError before listen(), and for more targets than a mesh has.
  proto::Probed probe(const proto::Probe& wanted);

  // Whether there is anybody to answer, and what to wait for beside the controller.
  bool is_on() const { return echo_.has_value(); }
  Aside aside();

 private:
  std::optional<Echo> echo_;
};

}  // namespace wgmesh
