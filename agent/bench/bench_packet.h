// What the two ends of a bench say to each other beside the load: packets of one size, as UDP payloads and as the first
// octets of the TCP stream. Each kind has a tag that only who knows the run's token can make, so the token itself stays
// on the two nodes. Knows no sockets.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wgmesh {

inline constexpr std::size_t kBenchTokenSize = 32;

enum class BenchKind : std::uint8_t {
  kHello = 'h',     // the sender's, again and again until it is answered
  kProof = 'p',     // the receiver's answer: the load may come here
  kQuestion = 'q',  // a round trip is measured
  kAnswer = 'a',
  kData = 'd',  // and nothing of what follows it counts, but for its length
};

struct BenchPacket {
  BenchKind kind = BenchKind::kHello;
  std::uint64_t number = 0;  // of a question and its answer, of a datagram

  bool operator==(const BenchPacket&) const = default;
};

inline constexpr std::size_t kBenchTagSize = 16;
inline constexpr std::size_t kBenchPacketSize = 1 + kBenchTagSize + 8;

// The tags of one run, by kind.
class BenchTags {
 public:
  // `token`: kBenchTokenSize octets.
  explicit BenchTags(std::span<const std::uint8_t, kBenchTokenSize> token);

  std::array<char, kBenchPacketSize> put(const BenchPacket& packet) const;
  // Of what begins with a packet. Nothing for what is too short, of no kind, or of another token.
  std::optional<BenchPacket> parse(std::span<const char> octets) const;

 private:
  using Tag = std::array<std::uint8_t, kBenchTagSize>;
  std::map<BenchKind, Tag> tags_;
};

// Throws Error for a token of another size.
BenchTags bench_tags_of(std::string_view token);

}  // namespace wgmesh
