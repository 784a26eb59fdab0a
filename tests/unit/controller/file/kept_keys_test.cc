#include "controller/file/kept_keys.h"

#include <gtest/gtest.h>

namespace wgmesh::kept_keys_test {
namespace {

constexpr const char* kPrivate = "UFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFA=";
constexpr const char* kPublic = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
constexpr const char* kPreshared = "YGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGA=";

std::uint8_t first_octet(const Secret& secret) { return secret.reveal()[0]; }

TEST(KeptKeys, AreReadFromBothFormats) {
  init_crypto();
  for (const std::string sign : {" = ", "="}) {
    const KeptKeys keys =
        kept_keys_in("# x\n[Interface]\nPrivateKey" + sign + kPrivate +
                     "\nPostUp = ip link set dev a up\n\n[Peer]\n# b\nPublicKey" + sign + kPublic +
                     "\nPresharedKey" + sign + kPreshared + "\nAllowedIPs = ::1/128");
    ASSERT_TRUE(keys.private_key.has_value());
    EXPECT_EQ(first_octet(*keys.private_key), 0x50);
    ASSERT_EQ(keys.preshared_keys.size(), 1u);
    EXPECT_EQ(to_base64(keys.preshared_keys.begin()->first), kPublic);
    EXPECT_EQ(first_octet(keys.preshared_keys.begin()->second), 0x60);
  }
}

TEST(KeptKeys, AreNoneInWhatIsNoKeyOrOfNoPeer) {
  EXPECT_FALSE(kept_keys_in("PrivateKey = (hidden)\n").private_key.has_value());
  EXPECT_FALSE(kept_keys_in("PrivateKey = " + std::string(kPrivate) + "x\n").private_key);
  const std::string preshared = std::string("PresharedKey = ") + kPreshared + "\n";
  EXPECT_TRUE(kept_keys_in(preshared).preshared_keys.empty());
  EXPECT_TRUE(kept_keys_in("[Peer]\nPublicKey = " + std::string(kPublic) + "\n[Peer]\n" + preshared)
                  .preshared_keys.empty());
  EXPECT_TRUE(kept_keys_in("[Peer]\nPublicKey = " + std::string(kPublic) + "\nPresharedKey = x\n")
                  .preshared_keys.empty());
  EXPECT_FALSE(kept_keys_in("").private_key.has_value());
}

}  // namespace
}  // namespace wgmesh::kept_keys_test
