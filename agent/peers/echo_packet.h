// What agents ask and answer each other to measure a path: UDP payloads, the answer being the
// question with another first octet. Both ends are agents of one run, which its token tells.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace wgmesh {

inline constexpr std::size_t kEchoTokenSize = 16;
using EchoToken = std::array<std::uint8_t, kEchoTokenSize>;

struct EchoPacket {
  bool is_answer = false;
  bool is_large = false;
  std::uint32_t target = 0;   // whose number the asker gave it
  std::uint64_t sent_at = 0;  // nanoseconds, by the asker's clock

  bool operator==(const EchoPacket&) const = default;
};

inline constexpr std::size_t kEchoPacketSize = 2 + kEchoTokenSize + 4 + 8;

// `size` octets, at least kEchoPacketSize; zeros fill it up.
std::string put_echo(const EchoPacket& packet, const EchoToken& token, std::size_t size);
// Nothing for what is too short, has another token, or is no such packet.
std::optional<EchoPacket> parse_echo(std::span<const std::uint8_t> octets, const EchoToken& token);

}  // namespace wgmesh
