#include "common/key.h"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "common/error.h"
#include "common/hash.h"
#include "common/messages.h"
#include "common/secret_arena.h"

namespace wgmesh {

struct Secret::Octets {
  Octets() : slot(take_secret_slot()) {}
  ~Octets() { release_secret_slot(slot); }
  Octets(const Octets&) = delete;
  Octets& operator=(const Octets&) = delete;

  std::uint8_t* slot;
};
static_assert(kKeySize == kSecretSlot);

void init_crypto() {
  if (sodium_init() < 0) {
    // Linux always has one, so this is no message to users.
    throw std::runtime_error("libsodium cannot find a source of randomness");
  }
}

std::string to_base64(const PublicKey& key) {
  std::array<char, sodium_base64_ENCODED_LEN(kKeySize, sodium_base64_VARIANT_ORIGINAL)> text{};
  sodium_bin2base64(text.data(), text.size(), key.octets.data(), key.octets.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  return text.data();
}

std::optional<PublicKey> parse_public_key(std::string_view base64) {
  PublicKey key;
  std::size_t length = 0;
  const char* end = nullptr;
  if (sodium_base642bin(key.octets.data(), key.octets.size(), base64.data(), base64.size(), nullptr,
                        &length, &end, sodium_base64_VARIANT_ORIGINAL) != 0) {
    return std::nullopt;
  }
  if (length != kKeySize || end != base64.data() + base64.size()) { return std::nullopt; }
  return key;
}

std::optional<PublicKey> public_key_from(std::string_view octets) {
  if (octets.size() != kKeySize) { return std::nullopt; }
  PublicKey key;
  std::ranges::copy(octets, key.octets.begin());
  return key;
}

std::string key_text(std::string_view octets, std::string_view none) {
  const auto key = public_key_from(octets);
  return key ? to_base64(*key) : std::string(none);
}

Secret::Secret(std::shared_ptr<const Octets> octets) : octets_(std::move(octets)) {}

Secret Secret::make_private_key() { return make_preshared_key().clamped(); }

Secret Secret::make_preshared_key() {
  auto octets = std::make_shared<Octets>();
  randombytes_buf(octets->slot, kKeySize);
  return Secret(std::move(octets));
}

Secret Secret::from_octets(std::span<const std::uint8_t, kKeySize> source) {
  auto octets = std::make_shared<Octets>();
  std::ranges::copy(source, octets->slot);
  return Secret(std::move(octets));
}

std::span<const std::uint8_t, kKeySize> Secret::reveal() const {
  return std::span<const std::uint8_t, kKeySize>(octets_->slot, kKeySize);
}

bool Secret::operator==(const Secret& other) const {
  return sodium_memcmp(octets_->slot, other.octets_->slot, kKeySize) == 0;
}

Secret Secret::clamped() const {
  auto octets = std::make_shared<Octets>();
  std::ranges::copy(reveal(), octets->slot);
  octets->slot[0] &= 248;
  octets->slot[31] = static_cast<std::uint8_t>((octets->slot[31] & 127) | 64);
  return Secret(std::move(octets));
}

bool Secret::is_zero() const { return sodium_is_zero(octets_->slot, kKeySize) == 1; }

PublicKey public_key_of(const Secret& private_key) {
  PublicKey key;
  crypto_scalarmult_base(key.octets.data(), private_key.reveal().data());
  return key;
}

bool keeps_secrets(const PublicKey& key) {
  constexpr std::array<std::uint8_t, kKeySize> kAny{8};
  std::array<std::uint8_t, kKeySize> shared{};
  return crypto_scalarmult(shared.data(), kAny.data(), key.octets.data()) == 0;
}

std::array<std::uint8_t, 32> preshared_proof(const Secret& preshared_key, std::string_view mesh,
                                             std::string_view node, std::string_view peer) {
  return hash_of({"wgmesh preshared proof", mesh, std::min(node, peer), std::max(node, peer)},
                 preshared_key.reveal());
}

Secret Secret::stand_in(std::string_view mesh, std::string_view owner) {
  return from_octets(hash_of({"wgmesh stand-in", mesh, owner}, {}));
}

// A session's private key is a Secret as well: X25519, like WireGuard's.
SessionKey::SessionKey() : public_key_(), private_key_(Secret::make_private_key()) {
  public_key_ = public_key_of(private_key_);
}

std::optional<Secret> SessionKey::open(std::string_view box) const {
  if (box.size() != crypto_box_SEALBYTES + kKeySize) { return std::nullopt; }
  std::array<std::uint8_t, kKeySize> octets{};
  const int failed =
      crypto_box_seal_open(octets.data(), reinterpret_cast<const unsigned char*>(box.data()),
                           box.size(), public_key_.octets.data(), private_key_.reveal().data());
  if (failed != 0) { return std::nullopt; }
  Secret secret = Secret::from_octets(octets);
  sodium_memzero(octets.data(), octets.size());
  return secret;
}

// A sealed box is the ephemeral public key, then a box whose nonce is a hash of both public keys.
std::string Sealer::seal(const Secret& secret, const PublicKey& to) {
  if (!receivers_.insert(to).second) {
    key_ = SessionKey();
    receivers_ = {to};
  }
  const PublicKey& from = key_.public_key();
  std::array<unsigned char, crypto_box_NONCEBYTES> nonce{};
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, nonce.size());
  crypto_generichash_update(&state, from.octets.data(), kKeySize);
  crypto_generichash_update(&state, to.octets.data(), kKeySize);
  crypto_generichash_final(&state, nonce.data(), nonce.size());
  std::string box(from.octets.begin(), from.octets.end());
  box.resize(crypto_box_SEALBYTES + kKeySize);
  if (crypto_box_easy(reinterpret_cast<unsigned char*>(box.data()) + kKeySize,
                      secret.reveal().data(), kKeySize, nonce.data(), to.octets.data(),
                      key_.private_key_.reveal().data()) != 0) {
    throw Error(say_common<"key-seal-refused">());
  }
  return box;
}

}  // namespace wgmesh
