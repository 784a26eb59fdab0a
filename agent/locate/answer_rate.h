// How often a node looks for a peer on behalf of another one: ten times in any second. What comes beyond that is lost, as
// in a network.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>

namespace wgmesh {

inline constexpr std::size_t kMostAnswers = 10;  // in a second

class AnswerRate {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // True: there may be one more at `now`, and it counts.
  bool allows(Time now) {
    std::optional<Time>& oldest = times_[next_];
    if (oldest && now - *oldest < std::chrono::seconds(1)) { return false; }
    oldest = now;
    next_ = (next_ + 1) % times_.size();
    return true;
  }

 private:
  std::array<std::optional<Time>, kMostAnswers> times_;
  std::size_t next_ = 0;  // the place of the oldest
};

}  // namespace wgmesh
