#include "common/key.h"

#include <algorithm>
#include <array>
#include <compare>
#include <concepts>
#include <optional>
#include <ostream>
#include <set>
#include <span>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "common/error.h"

namespace wgmesh::key_test {
namespace {

using testing::Each;
using testing::Optional;

// gtest shows a Secret that fails a comparison as the octets of its handle, which is a pointer:
// even a failing test prints no key.
template <typename T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};
static_assert(!Streamable<Secret>);
static_assert(!fmt::is_formattable<Secret>::value);
static_assert(!std::convertible_to<Secret, std::string>);
static_assert(!std::convertible_to<Secret, std::span<const std::uint8_t>>);
static_assert(!std::three_way_comparable<Secret>, "an order would take time that tells");

using Octets = std::array<std::uint8_t, kKeySize>;

Octets from_hex(std::string_view hex) {
  Octets octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) {
    octets[i] =
        static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i * 2, 2)), nullptr, 16));
  }
  return octets;
}

Octets counting() {
  Octets octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) { octets[i] = static_cast<std::uint8_t>(i); }
  return octets;
}

Octets octets_of(const Secret& secret) {
  Octets octets{};
  std::ranges::copy(secret.reveal(), octets.begin());
  return octets;
}

class Key : public testing::Test {
 protected:
  static void SetUpTestSuite() { init_crypto(); }
};
using PublicKeyText = Key;
using Sealed = Key;

TEST_F(Key, PublicKeyIsThatOfRfc7748) {  // section 6.1
  const struct {
    std::string_view private_key, public_key;
  } rows[] = {
      {"77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
       "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"},
      {"5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
       "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(public_key_of(Secret::from_octets(from_hex(row.private_key))).octets,
              from_hex(row.public_key));
  }
}

TEST_F(Key, FreshPrivateKeysAreClampedAndDiffer) {
  for (int i = 0; i < 64; ++i) {
    const Octets octets = octets_of(Secret::make_private_key());
    EXPECT_EQ(octets[0] & 7, 0);
    EXPECT_EQ(octets[31] & 0xc0, 0x40);
  }
  EXPECT_FALSE(Secret::make_private_key() == Secret::make_private_key());
  EXPECT_FALSE(Secret::make_preshared_key() == Secret::make_preshared_key());
}

TEST_F(Key, AClampedKeyHasTheSamePublicKey) {
  Octets octets;
  octets.fill(0xff);
  const Secret key = Secret::from_octets(octets);
  const Secret clamped = key.clamped();
  EXPECT_FALSE(key == clamped);
  EXPECT_EQ(octets_of(clamped)[0], 0xf8);
  EXPECT_EQ(octets_of(clamped)[31], 0x7f);
  EXPECT_EQ(public_key_of(clamped), public_key_of(key));
  EXPECT_EQ(clamped.clamped(), clamped);
}

TEST_F(Key, OnlyZerosAreNoKey) {
  EXPECT_TRUE(Secret::from_octets(Octets{}).is_zero());
  EXPECT_FALSE(Secret::make_preshared_key().is_zero());
}

TEST_F(PublicKeyText, IsTheBase64OfWg) {
  PublicKey key{counting()};
  EXPECT_EQ(to_base64(key), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
  EXPECT_THAT(parse_public_key(to_base64(key)), Optional(key));
  key.octets.fill(0xff);
  EXPECT_EQ(to_base64(key), "//////////////////////////////////////////8=");
  EXPECT_THAT(parse_public_key(to_base64(key)), Optional(key));
}

TEST_F(PublicKeyText, RefusesAllElse) {
  for (const std::string_view text :
       {"", "=", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",  // no padding
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",        // more than the key
        " AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==",  // 31 octets
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g",  // 33 octets
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=",  // bits behind the last octet
        "__________________________________________8=",  // the alphabet for URLs
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGx*dHh8="}) {
    EXPECT_EQ(parse_public_key(text), std::nullopt) << text;
  }
}

TEST_F(PublicKeyText, RawOctetsAreExactly32) {
  EXPECT_THAT(public_key_from(std::string(32, 'k')),
              Optional(testing::Field(&PublicKey::octets, Each(static_cast<std::uint8_t>('k')))));
  EXPECT_EQ(public_key_from(std::string(31, 'k')), std::nullopt);
  EXPECT_EQ(public_key_from(std::string(33, 'k')), std::nullopt);
  EXPECT_EQ(public_key_from(""), std::nullopt);
}

TEST_F(Key, ComparisonLooksAtEveryOctet) {
  const Secret secret = Secret::from_octets(counting());
  EXPECT_TRUE(secret == Secret::from_octets(counting()));
  for (std::size_t i = 0; i < kKeySize; ++i) {
    Octets other = counting();
    other[i] ^= 0x80;
    EXPECT_FALSE(secret == Secret::from_octets(other)) << i;
  }
}

TEST_F(Key, CopiesShareTheOctetsAndTheLastWipesThem) {
  const std::uint8_t* slot = nullptr;
  {
    std::optional<Secret> first = Secret::from_octets(counting());
    slot = first->reveal().data();
    {
      const Secret second = *first;
      EXPECT_EQ(second.reveal().data(), slot);
      first.reset();
      EXPECT_EQ(octets_of(second), counting()) << "one handle is left";
    }
  }
  // The arena never unmaps, so what a freed slot holds can be read.
  EXPECT_THAT(std::span(slot, kKeySize), Each(0));
}

TEST_F(Key, AssigningOverASecretWipesTheOldOne) {
  Secret secret = Secret::from_octets(counting());
  const std::uint8_t* const slot = secret.reveal().data();
  const Secret replacement = Secret::make_preshared_key();
  secret = replacement;
  EXPECT_THAT(std::span(slot, kKeySize), Each(0));
}

TEST_F(Key, ProofIsTheSameAtBothEnds) {
  const Secret key = Secret::from_octets(counting());
  EXPECT_EQ(preshared_proof(key, "test", "mesh0", "mesh1"),
            preshared_proof(key, "test", "mesh1", "mesh0"));
}

TEST_F(Key, ProofIsFixed) {
  // Both ends may be of different releases: the value must never change while kProtocolVersion
  // stays. Computed apart from this code: BLAKE2b-256 with the key 00 01 .. 1f.
  EXPECT_EQ(preshared_proof(Secret::from_octets(counting()), "test", "mesh0", "mesh1"),
            from_hex("19fe4b43a76a5fc1d74163acd7ecbbeaf30a68c27825486a652338fec7bec030"));
}

TEST_F(Key, ProofDependsOnKeyMeshAndPair) {
  const Secret key = Secret::from_octets(counting());
  const auto proof = preshared_proof(key, "test", "mesh0", "mesh1");
  EXPECT_NE(proof, preshared_proof(Secret::make_preshared_key(), "test", "mesh0", "mesh1"));
  EXPECT_NE(proof, preshared_proof(key, "test2", "mesh0", "mesh1"));
  EXPECT_NE(proof, preshared_proof(key, "test", "mesh0", "mesh2"));
  EXPECT_NE(proof, preshared_proof(key, "testm", "esh0", "mesh1")) << "names do not run together";
  EXPECT_NE(proof, octets_of(key));
}

TEST_F(Sealed, OpensForItsSession) {
  const SessionKey session;
  const Secret secret = Secret::make_preshared_key();
  const auto opened = session.open(Sealer().seal(secret, session.public_key()));
  ASSERT_TRUE(opened);
  EXPECT_TRUE(*opened == secret);
}

TEST_F(Sealed, TwoBoxesOfOneSecretDiffer) {
  const SessionKey session;
  const Secret secret = Secret::make_preshared_key();
  EXPECT_NE(Sealer().seal(secret, session.public_key()),
            Sealer().seal(secret, session.public_key()));
}

TEST_F(Sealed, OpensForEachReceiverOfOneSealer) {
  const SessionKey first;
  const SessionKey second;
  const Secret secret = Secret::make_preshared_key();
  const Secret other = Secret::make_preshared_key();
  Sealer sealer;
  const std::string to_first = sealer.seal(secret, first.public_key());
  const std::string to_second = sealer.seal(other, second.public_key());
  EXPECT_EQ(first.open(to_first), secret);
  EXPECT_EQ(second.open(to_second), other);
  EXPECT_FALSE(second.open(to_first));
  EXPECT_EQ(to_first.substr(0, kKeySize), to_second.substr(0, kKeySize)) << "two ephemeral keys";
}

// Under one key and one nonce the difference of two boxes would be that of the secrets.
TEST_F(Sealed, ASecondBoxToOneReceiverHasAnotherEphemeralKey) {
  const SessionKey session;
  const Secret secret = Secret::make_preshared_key();
  Sealer sealer;
  std::set<std::string> keys;
  for (int i = 0; i < 3; ++i) {
    const std::string box = sealer.seal(secret, session.public_key());
    EXPECT_EQ(session.open(box), secret);
    keys.insert(box.substr(0, kKeySize));
  }
  EXPECT_EQ(keys.size(), 3u);
}

TEST_F(Sealed, HoldsTheSecretInNoReadableForm) {
  const SessionKey session;
  const Secret secret = Secret::make_preshared_key();
  const std::string box = Sealer().seal(secret, session.public_key());
  const std::string octets(secret.reveal().begin(), secret.reveal().end());
  EXPECT_EQ(box.find(octets), std::string::npos);
}

TEST_F(Sealed, StaysShutForAnotherSession) {
  const SessionKey session;
  const SessionKey other;
  EXPECT_NE(session.public_key(), other.public_key());
  EXPECT_FALSE(other.open(Sealer().seal(Secret::make_preshared_key(), session.public_key())));
}

TEST_F(Sealed, StaysShutWhenAnyOctetWasChanged) {
  const SessionKey session;
  const std::string box = Sealer().seal(Secret::make_preshared_key(), session.public_key());
  for (std::size_t i = 0; i < box.size(); ++i) {
    // X25519 ignores the top bit of the sender's key; the nonce, a hash of both keys, does not.
    for (const int bit : {0x01, 0x80}) {
      std::string changed = box;
      changed[i] = static_cast<char>(changed[i] ^ bit);
      EXPECT_FALSE(session.open(changed)) << i;
    }
  }
}

TEST_F(Sealed, StaysShutAtAnyOtherSize) {
  const SessionKey session;
  const std::string box = Sealer().seal(Secret::make_preshared_key(), session.public_key());
  for (std::size_t size = 0; size < box.size(); ++size) {
    EXPECT_FALSE(session.open(box.substr(0, size))) << size;
  }
  EXPECT_FALSE(session.open(box + '\0'));
}

TEST_F(Sealed, RefusesAPublicKeyThatWouldGiveTheSecretAway) {
  // With a point of small order the shared secret is zero whatever the sender's key is.
  for (const PublicKey& key : {PublicKey{}, PublicKey{{1}}}) {
    try {
      Sealer().seal(Secret::make_preshared_key(), key);
      FAIL() << "it was sealed";
    } catch (const Error& error) {
      EXPECT_EQ(
          error.message(),
          "a preshared key cannot be sealed: the other node's session key is not a valid one");
      EXPECT_EQ(error.id(), "key-seal-refused");
    }
  }
}

}  // namespace
}  // namespace wgmesh::key_test
