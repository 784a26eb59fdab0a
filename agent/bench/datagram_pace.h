// When how many datagrams of one size are due so that they flow at a rate. What could not be sent in time is not made
// up for: it would come as a burst, and be lost.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace wgmesh {

class DatagramPace {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // `rate`: bits per second; a rate below `kLeast` counts as that.
  DatagramPace(std::uint64_t rate, std::size_t size, Time begin)
      : per_datagram_(
            std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(
                static_cast<double>(size) * 8 / static_cast<double>(std::max(rate, kLeast))))),
        next_(begin) {
    per_datagram_ = std::max(per_datagram_, std::chrono::nanoseconds(1));
  }

  std::uint64_t due(Time now) {
    next_ = std::max(next_, now - kLongestDebt);
    if (now < next_) { return 0; }
    return static_cast<std::uint64_t>((now - next_) / per_datagram_) + 1;
  }
  void took(std::uint64_t datagrams) { next_ += per_datagram_ * datagrams; }

 private:
  static constexpr std::uint64_t kLeast = 64'000;
  static constexpr std::chrono::milliseconds kLongestDebt{5};

  std::chrono::nanoseconds per_datagram_;
  Time next_;
};

}  // namespace wgmesh
