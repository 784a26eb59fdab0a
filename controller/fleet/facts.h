// Bounds of what a node may tell: each function throws Error for a value that no agent of ours
// sends, and says what was told. The error is that node's alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "common/limits.h"

namespace wgmesh {

inline constexpr unsigned kLargestMtu = 65535;  // no IP packet is longer

// Throws Error "the node tells …", with a cure.
[[noreturn]] void refuse_fact(std::string_view what);

template <class... Arguments>
[[noreturn]] void refuse_fact(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  refuse_fact(std::string_view(fmt::format(format, std::forward<Arguments>(arguments)...)));
}

// Of a node's WireGuard peers, foreign ones included.
inline constexpr std::uint64_t kMostPeers = kMaxNodes;

void expect_node_name(const std::string& name, std::string_view what);
// Of an interface, kernel module, release …: one line without blanks. May be empty.
void expect_word(const std::string& word, std::size_t longest, std::string_view what);
// One line. May be empty.
void expect_line(const std::string& line, std::string_view what);
// 32 octets, and a key that keeps a secret.
void expect_key(const std::string& octets, std::string_view what);
void expect_at_most(std::uint64_t value, std::uint64_t most, std::string_view what);
// 0: not known.
void expect_mtu(std::uint32_t mtu, std::string_view what);

}  // namespace wgmesh
