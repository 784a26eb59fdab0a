// How far a step has come, told to the controller while the step goes on.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "agent/session/session_io.h"

namespace wgmesh {

class ToldProgress {
 public:
  explicit ToldProgress(SessionIo& io) : io_(io) {}

  // Tells `done` of `total`, or nothing where it has told something a moment ago. It always tells the end of a step.
  void tell(const std::string& step, std::size_t done, std::size_t total);

 private:
  SessionIo& io_;
  std::chrono::steady_clock::time_point told_{};
};

}  // namespace wgmesh
