#include "agent/bench/bench_packet.h"

#include <gtest/gtest.h>

#include "common/error.h"

namespace wgmesh::bench_packet_test {
namespace {

BenchTags tags_of(char octet) { return bench_tags_of(std::string(kBenchTokenSize, octet)); }

TEST(BenchPacket, IsReadAsItWasWritten) {
  const BenchTags tags = tags_of('t');
  for (const BenchKind kind : {BenchKind::kHello, BenchKind::kProof, BenchKind::kQuestion,
                               BenchKind::kAnswer, BenchKind::kData}) {
    const BenchPacket packet{kind, 0x0123456789abcdefULL};
    EXPECT_EQ(tags.parse(tags.put(packet)), packet);
  }
}

TEST(BenchPacket, OfAnotherTokenIsNone) {
  EXPECT_FALSE(tags_of('a').parse(tags_of('b').put({BenchKind::kHello})));
}

// Who has heard the greeting cannot answer it.
TEST(BenchPacket, TheTagOfOneKindIsNotThatOfAnother) {
  const BenchTags tags = tags_of('t');
  auto octets = tags.put({BenchKind::kHello});
  octets[0] = static_cast<char>(BenchKind::kProof);
  EXPECT_FALSE(tags.parse(octets));
}

TEST(BenchPacket, WhatIsTooShortOrOfNoKindIsNone) {
  const BenchTags tags = tags_of('t');
  auto octets = tags.put({BenchKind::kData});
  EXPECT_FALSE(tags.parse(std::span(octets).first(kBenchPacketSize - 1)));
  EXPECT_FALSE(tags.parse({}));
  octets[0] = 'x';
  EXPECT_FALSE(tags.parse(octets));
}

TEST(BenchPacket, DoesNotCarryTheToken) {
  const auto octets = tags_of('t').put({BenchKind::kHello});
  EXPECT_EQ(std::string(octets.begin(), octets.end()).find("tttt"), std::string::npos);
}

TEST(BenchPacket, ATokenOfAnotherSizeIsAnError) {
  try {
    bench_tags_of("short");
    ADD_FAILURE() << "it is taken";
  } catch (const Error& error) { EXPECT_EQ(error.id(), "measure-token-size"); }
}

}  // namespace
}  // namespace wgmesh::bench_packet_test
