#include "agent/bench/bench_packet.h"

#include <sodium.h>

#include <algorithm>

#include "agent/text/messages.h"
#include "common/error.h"

namespace wgmesh {
namespace {

constexpr std::array kBenchKinds = {BenchKind::kHello, BenchKind::kProof, BenchKind::kQuestion,
                                    BenchKind::kAnswer, BenchKind::kData};

}  // namespace

BenchTags::BenchTags(std::span<const std::uint8_t, kBenchTokenSize> token) {
  for (const BenchKind kind : kBenchKinds) {
    const auto text = static_cast<std::uint8_t>(kind);
    crypto_generichash(tags_[kind].data(), kBenchTagSize, &text, 1, token.data(), token.size());
  }
}

std::array<char, kBenchPacketSize> BenchTags::put(const BenchPacket& packet) const {
  std::array<char, kBenchPacketSize> out{};
  out[0] = static_cast<char>(packet.kind);
  std::ranges::copy(tags_.at(packet.kind), out.begin() + 1);
  for (std::size_t i = 0; i < 8; ++i) {
    out[1 + kBenchTagSize + i] = static_cast<char>(packet.number >> (56 - 8 * i) & 0xff);
  }
  return out;
}

std::optional<BenchPacket> BenchTags::parse(std::span<const char> octets) const {
  if (octets.size() < kBenchPacketSize) { return std::nullopt; }
  const auto kind = static_cast<BenchKind>(octets[0]);
  const auto tag = tags_.find(kind);
  if (tag == tags_.end() ||
      sodium_memcmp(octets.data() + 1, tag->second.data(), kBenchTagSize) != 0) {
    return std::nullopt;
  }
  BenchPacket packet{kind};
  for (const char octet : octets.subspan(1 + kBenchTagSize, 8)) {
    packet.number = packet.number << 8 | static_cast<std::uint8_t>(octet);
  }
  return packet;
}

BenchTags bench_tags_of(std::string_view token) {
  if (token.size() != kBenchTokenSize) { throw Error(say<"measure-token-size">()); }
  return BenchTags(std::span<const std::uint8_t, kBenchTokenSize>(
      reinterpret_cast<const std::uint8_t*>(token.data()), kBenchTokenSize));
}

}  // namespace wgmesh
