// BLAKE2b-256 over labelled names: each part is followed by a NUL, so ("a","bc") and ("ab","c")
// differ.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace wgmesh {

using Hash = std::array<std::uint8_t, 32>;

// `key` may be empty (plain hash) or 16 to 64 octets.
Hash hash_of(std::initializer_list<std::string_view> parts, std::span<const std::uint8_t> key = {});

}  // namespace wgmesh
