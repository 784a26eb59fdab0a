// Lines 'STEP MILLISECONDS'.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <string>

namespace wgmesh {

inline void tell(const std::string& step, std::chrono::steady_clock::duration time) {
  fmt::print("{} {:.1f}\n", step, std::chrono::duration<double, std::milli>(time).count());
  std::fflush(stdout);
}

}  // namespace wgmesh
