// A number of bytes as a person writes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wgmesh {

// "250000", "500k", "500M", "2G", "1T": powers of 1000, in small letters too. Nothing: it is none, or more than 2^63.
std::optional<std::uint64_t> parse_decimal_bytes(std::string_view text);

}  // namespace wgmesh
