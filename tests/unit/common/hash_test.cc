#include "common/hash.h"

#include <array>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace wgmesh::hash_test {
namespace {

std::string hex(const Hash& hash) { return fmt::format("{:02x}", fmt::join(hash, "")); }

// Computed apart from this code (Python's hashlib.blake2b, 32 octets, a NUL after each part).
TEST(Hash, IsFixed) {
  EXPECT_EQ(hex(hash_of({"a", "bc"})),
            "d8eaff581b27ce754ff66acb5abfdf75a005dc168084d44864b1e5c6a84a7328");
  EXPECT_EQ(hex(hash_of({})), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
}

TEST(Hash, WithAKeyIsFixed) {
  std::array<std::uint8_t, 32> key{};
  std::iota(key.begin(), key.end(), std::uint8_t{0});
  EXPECT_EQ(hex(hash_of({"a", "bc"}, key)),
            "9ebf0a705ae854f32966fcbbcb67a7b8a200df451c302798596664778499262d");
}

TEST(Hash, PartsDoNotRunTogether) {
  EXPECT_NE(hash_of({"a", "bc"}), hash_of({"ab", "c"}));
  EXPECT_NE(hash_of({"ab"}), hash_of({"ab", ""}));
  EXPECT_NE(hash_of({}), hash_of({""}));
  EXPECT_EQ(hash_of({std::string_view()}), hash_of({""}));
}

TEST(Hash, KeysOf16To64OctetsOnly) {
  const std::array<std::uint8_t, 65> key{};
  const std::span<const std::uint8_t> octets(key);
  EXPECT_NE(hash_of({"a"}, octets.first(16)), hash_of({"a"}));
  EXPECT_NE(hash_of({"a"}, octets.first(64)), hash_of({"a"}, octets.first(16)));
  EXPECT_THROW(hash_of({"a"}, octets.first(15)), std::invalid_argument);
  EXPECT_THROW(hash_of({"a"}, octets.first(65)), std::invalid_argument);
}

}  // namespace
}  // namespace wgmesh::hash_test
