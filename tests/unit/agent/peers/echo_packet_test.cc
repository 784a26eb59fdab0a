#include "agent/peers/echo_packet.h"

#include <gtest/gtest.h>

namespace wgmesh::echo_packet_test {
namespace {

constexpr EchoToken kToken{1, 2, 3};

std::span<const std::uint8_t> octets_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(EchoPacket, ReadsBackWhatWasPut) {
  const EchoPacket packet{true, true, 0x01020304, 0x1122334455667788};
  for (const std::size_t size : {std::size_t{0}, kEchoPacketSize, std::size_t{1400}}) {
    const std::string text = put_echo(packet, kToken, size);
    EXPECT_EQ(text.size(), std::max(size, kEchoPacketSize));
    EXPECT_EQ(parse_echo(octets_of(text), kToken), packet);
  }
}

TEST(EchoPacket, IsNothingForStrangers) {
  const std::string text = put_echo({}, kToken, 0);
  EXPECT_FALSE(parse_echo(octets_of(text), EchoToken{}));
  EXPECT_FALSE(parse_echo(octets_of(text).first(text.size() - 1), kToken));
  std::string other = text;
  other[0] = 'x';
  EXPECT_FALSE(parse_echo(octets_of(other), kToken));
}

}  // namespace
}  // namespace wgmesh::echo_packet_test
