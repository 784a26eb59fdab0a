#include "controller/show/amounts.h"

#include <fmt/format.h>

#include <string_view>

namespace wgmesh {

std::string bytes_text(double bytes) {
  constexpr std::string_view kUnits = "KMGTPE";
  if (bytes < 999.5) { return fmt::format("{:.0f}", bytes); }
  std::size_t unit = 0;
  double amount = bytes / 1024;
  while (amount >= 999.5 && unit + 1 < kUnits.size()) {
    amount /= 1024;
    ++unit;
  }
  return amount < 9.95 ? fmt::format("{:.1f}{}", amount, kUnits[unit])
                       : fmt::format("{:.0f}{}", amount, kUnits[unit]);
}

std::string short_age_text(std::int64_t seconds) {
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  if (seconds < 2 * kMinute) { return fmt::format("{}s", seconds); }
  if (seconds < 2 * kHour) { return fmt::format("{}m", seconds / kMinute); }
  if (seconds < 2 * kDay) { return fmt::format("{}h", seconds / kHour); }
  return fmt::format("{}d", seconds / kDay);
}

}  // namespace wgmesh
