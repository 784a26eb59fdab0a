// Events as they read without their times, for comparison.
#pragma once

#include <regex>
#include <string>

namespace wgmesh {

// Each line of `events` must end in its time.
inline std::string untimed(const std::string& events) {
  static const std::regex kTime(R"(,"elapsed_s":[0-9]+\.[0-9]+\}\n)");
  return std::regex_replace(events, kTime, "}\n");
}

}  // namespace wgmesh
