// When a link that waits for its first handshake is called a second time, and by which end. Both ends may have called
// at the same moment, so that neither call was answered (agent/state/call_again.h), or a call was lost. Pure.
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

  // `silent`: the links that have no handshake by now. Nothing is due while they grow fewer: nodes with many peers take
  // their time. After two seconds without a handshake one end of each link calls, and two seconds after that the other
  // end, for one of them may know no endpoint. A node calls at most 32 peers at a time, because each costs it a grace
  // period of its kernel, and at most 32 call it, because it answers one after the other.
  Calls due(const std::vector<LinkName>& silent, Clock::time_point now);
  // The calls that were due are made.
  void made(Clock::time_point now) { since_ = now; }

 private:
  std::size_t fewest_ = std::numeric_limits<std::size_t>::max();  // silent links, so far
  Clock::time_point since_{};
  bool second_calls_ = false;  // whose turn it is
};

}  // namespace wgmesh
