#include "agent/peers/echo_packet.h"

#include <sodium.h>

#include <algorithm>

namespace wgmesh {
namespace {

constexpr std::uint8_t kQuestion = 'q';
constexpr std::uint8_t kAnswer = 'a';
constexpr std::uint8_t kSmall = 's';
constexpr std::uint8_t kLarge = 'l';

void put_number(std::uint64_t number, unsigned octets, std::string& out) {
  for (unsigned i = octets; i-- > 0;) { out += static_cast<char>(number >> (8 * i) & 0xff); }
}

std::uint64_t number_of(std::span<const std::uint8_t> octets) {
  std::uint64_t number = 0;
  for (const std::uint8_t octet : octets) { number = number << 8 | octet; }
  return number;
}

}  // namespace

std::string put_echo(const EchoPacket& packet, const EchoToken& token, std::size_t size) {
  std::string out;
  out.reserve(size);
  out += static_cast<char>(packet.is_answer ? kAnswer : kQuestion);
  out += static_cast<char>(packet.is_large ? kLarge : kSmall);
  out.append(token.begin(), token.end());
  put_number(packet.target, 4, out);
  put_number(packet.sent_at, 8, out);
  out.resize(std::max(size, kEchoPacketSize), '\0');
  return out;
}

std::optional<EchoPacket> parse_echo(std::span<const std::uint8_t> octets, const EchoToken& token) {
  if (octets.size() < kEchoPacketSize) { return std::nullopt; }
  const bool known = (octets[0] == kQuestion || octets[0] == kAnswer) &&
                     (octets[1] == kSmall || octets[1] == kLarge);
  if (!known || sodium_memcmp(octets.data() + 2, token.data(), token.size()) != 0) {
    return std::nullopt;
  }
  const auto rest = octets.subspan(2 + kEchoTokenSize);
  return EchoPacket{.is_answer = octets[0] == kAnswer,
                    .is_large = octets[1] == kLarge,
                    .target = static_cast<std::uint32_t>(number_of(rest.first(4))),
                    .sent_at = number_of(rest.subspan(4, 8))};
}

}  // namespace wgmesh
