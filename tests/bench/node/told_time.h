// Lines 'STEP MILLISECONDS CPU-MILLISECONDS'.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <string>

namespace wgmesh {

struct Spent {
  std::chrono::steady_clock::duration time{};
  std::chrono::nanoseconds cpu{};  // of the process whose step it is
};

// What the process of `clock` has spent (clock_getcpuclockid(3)).
inline std::chrono::nanoseconds cpu_time(clockid_t clock) {
  timespec spent{};
  ::clock_gettime(clock, &spent);
  return std::chrono::seconds(spent.tv_sec) + std::chrono::nanoseconds(spent.tv_nsec);
}

inline void tell(const std::string& step, const Spent& spent) {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  fmt::print("{} {:.1f} {:.1f}\n", step, Milliseconds(spent.time).count(),
             Milliseconds(spent.cpu).count());
  std::fflush(stdout);
}

}  // namespace wgmesh
