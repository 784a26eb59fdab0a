// Whole sessions of a controller with one agent. Each step is told with its time; what the controller computes in
// between counts nowhere.
#pragma once

#include <optional>
#include <string>

#include "proto/session.pb.h"
#include "tests/bench/node/agent_end.h"

namespace wgmesh {

// All throw std::exception with the agent's words if the agent refuses a step.
class PlayedSession {
 public:
  PlayedSession(std::string program, int peers);

  // The made-up mesh is proposed and, if there is something to do, committed.
  void up();
  // As `down -r`.
  void down();
  // A `down` that is applied and then undone.
  void undo();

 private:
  proto::FromAgent step(const std::string& name, const proto::ToAgent& question,
                        proto::FromAgent::BodyCase wanted);
  proto::Hello hello(const proto::Open& open);
  // As in a mesh in which each node makes half of its pairs' keys.
  void share_secrets(const proto::Hello& said, proto::Propose& proposal);
  void propose_down(proto::Goal goal);
  void apply();
  void change();

  std::string program_;
  int peers_;
  std::optional<AgentEnd> agent_;
};

}  // namespace wgmesh
