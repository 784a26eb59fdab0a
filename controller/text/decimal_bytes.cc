#include "controller/text/decimal_bytes.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace wgmesh {

std::optional<std::uint64_t> parse_decimal_bytes(std::string_view text) {
  constexpr std::string_view kSmall = "kmgt";
  constexpr std::string_view kLarge = "KMGT";
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  std::uint64_t unit = 1;
  if (!text.empty()) {
    const std::size_t place = std::min(kSmall.find(text.back()), kLarge.find(text.back()));
    if (place != std::string_view::npos) {
      for (std::size_t i = 0; i <= place; ++i) { unit *= 1000; }
      text.remove_suffix(1);
    }
  }
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = fault == std::errc{} && end == text.data() + text.size() && !text.empty();
  if (!is_whole || number > kMost / unit) { return std::nullopt; }
  return number * unit;
}

}  // namespace wgmesh
