// One end of a link in an octet, for the many looks while a mesh comes up: the state of its bridge port, and whether
// its WireGuard peer has ever shaken hands.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace wgmesh {

// In the order of their numbers in an octet, which both programs must have alike. Empty: there is no port.
inline constexpr std::array<std::string_view, 7> kPortStates{
    "", "unknown", "disabled", "listening", "learning", "forwarding", "blocking"};

inline constexpr std::uint8_t kHandshakeBit = 0x80;
inline constexpr std::uint8_t kPortStateBits = 0x0f;

// Of a state that is none of these, the octet of "unknown".
inline std::uint8_t link_octet(bool handshake, std::string_view port_state) {
  const auto* const found = std::ranges::find(kPortStates, port_state);
  const std::ptrdiff_t number = found == kPortStates.end() ? 1 : found - kPortStates.begin();
  return static_cast<std::uint8_t>(number | (handshake ? kHandshakeBit : 0));
}

inline bool has_handshake(std::uint8_t octet) { return (octet & kHandshakeBit) != 0; }

inline std::string_view port_state_of(std::uint8_t octet) {
  const std::size_t number = octet & kPortStateBits;
  return number < kPortStates.size() ? kPortStates[number] : kPortStates[1];
}

}  // namespace wgmesh
