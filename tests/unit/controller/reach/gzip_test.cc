#include "controller/reach/gzip.h"

#include <gtest/gtest.h>

namespace wgmesh::gzip_test {
namespace {

constexpr std::size_t kPlenty = 1U << 20;

TEST(Gzip, WhatWasPackedUnpacks) {
  const std::string text(300000, 'x');
  for (const std::string& octets : {std::string(), std::string("abc"), text}) {
    EXPECT_EQ(unpack_gzip(pack_gzip(octets), kPlenty), octets);
  }
}

TEST(Gzip, UnpacksUpToTheLimit) {
  const std::string text(300000, 'x');
  const std::string packed = pack_gzip(text);
  EXPECT_EQ(unpack_gzip(packed, text.size()), text);
  EXPECT_EQ(unpack_gzip(packed, text.size() - 1), std::nullopt);
  EXPECT_EQ(unpack_gzip(packed, 10), std::nullopt);
}

TEST(Gzip, RefusesWhatIsNotWhole) {
  const std::string packed = pack_gzip("some text");
  for (std::size_t length = 0; length < packed.size(); ++length) {
    EXPECT_EQ(unpack_gzip(packed.substr(0, length), kPlenty), std::nullopt) << length;
  }
  EXPECT_EQ(unpack_gzip(packed + "x", kPlenty), std::nullopt);
  EXPECT_EQ(unpack_gzip("no gzip at all", kPlenty), std::nullopt);
  std::string damaged = packed;
  damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 1);
  EXPECT_EQ(unpack_gzip(damaged, kPlenty), std::nullopt);
}

}  // namespace
}  // namespace wgmesh::gzip_test
