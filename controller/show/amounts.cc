#include "controller/show/amounts.h"

#include <fmt/format.h>

#include <string_view>

namespace wgmesh {
namespace {

// "94.1 M": three digits at most, and the prefix of the unit.
std::string decimal_text(double amount, bool tells_zeros) {
  constexpr std::string_view kPrefixes = " kMGTPE";
  std::size_t prefix = 0;
  while (amount >= 999.5 && prefix + 1 < kPrefixes.size()) {
    amount /= 1000;
    ++prefix;
  }
  const int digits = prefix == 0 || amount >= 99.95 ? 0 : amount >= 9.995 ? 1 : 2;
  std::string text = fmt::format("{:.{}f}", amount, digits);
  if (!tells_zeros && digits > 0) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) { text.pop_back(); }
  }
  return prefix == 0 ? text + ' ' : fmt::format("{} {}", text, kPrefixes[prefix]);
}

}  // namespace

std::string decimal_bytes_text(std::uint64_t bytes) {
  return decimal_text(static_cast<double>(bytes), false) + 'B';
}

std::string bit_rate_text(std::uint64_t bits_per_second) {
  return decimal_text(static_cast<double>(bits_per_second), true) + "bit/s";
}

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
