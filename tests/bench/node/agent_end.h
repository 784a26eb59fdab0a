// The controller's end of a session with an agent that runs beside us.
#pragma once

#include <chrono>
#include <string>

#include "common/frame.h"
#include "common/posix.h"
#include "common/spawned.h"
#include "common/unique_fd.h"
#include "proto/session.pb.h"

namespace wgmesh {

class AgentEnd {
 public:
  explicit AgentEnd(const std::string& program);  // starts `PROGRAM serve`

  // Throws SystemError.
  void send(const proto::ToAgent& question) const;
  // The next answer of that kind. Throws what the agent says against it.
  proto::FromAgent await(proto::FromAgent::BodyCase wanted);
  // What the agent has spent since it was started.
  std::chrono::nanoseconds cpu_time() const;
  // Returns when the agent has ended.
  void end();

 private:
  AgentEnd(const std::string& program, Pipe in, Pipe out);
  void feed();

  UniqueFd in_;
  UniqueFd out_;
  Spawned child_;
  LineScanner line_;
  FrameReader frames_;
  bool has_begun_ = false;
};

}  // namespace wgmesh
