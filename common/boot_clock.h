// The clock of promises between mesh and its agents: it goes on while the machine sleeps, and
// nobody can set it. Each machine has its own; two are never compared.
#pragma once

#include <chrono>

namespace wgmesh {

struct BootClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;

  static time_point now() noexcept;  // CLOCK_BOOTTIME
};

}  // namespace wgmesh
