// Which end of a link calls a second time, and when, while the link waits for its first handshake. A call may be lost.
// Or the calls of both ends have crossed, and neither was answered (agent/state/call_again.h). Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "controller/mesh/link_name.h"

namespace wgmesh {

class SecondCalls {
 public:
  using Clock = std::chrono::steady_clock;
  // The node that is to call, and whom.
  using Calls = std::map<std::string, std::vector<std::string>>;

  // `silent`: the links that have no handshake by now. Nothing is due while they grow fewer, because nodes with many peers
  // need time. After two seconds without a new handshake the first end of each link calls. Two seconds after that the
  // second end calls, because the first may know no endpoint. At a time a node calls at most 32 peers: each costs it a
  // grace period of its kernel. At a time at most 32 peers call a node: it answers one after the other.
  Calls due(const std::vector<LinkName>& silent, Clock::time_point now);
  // The calls that were due are made.
  void made(Clock::time_point now) { since_ = now; }

 private:
  std::size_t fewest_ = std::numeric_limits<std::size_t>::max();  // silent links, so far
  Clock::time_point since_{};
  bool second_calls_ = false;  // whose turn it is
};

}  // namespace wgmesh
