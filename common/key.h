// Keys. Public keys are plain values. Secrets live in locked memory that is wiped when the last
// handle goes; a copy of a handle shares the octets and never duplicates them, there is no way to
// print one, and comparison takes constant time.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace wgmesh {

inline constexpr std::size_t kKeySize = 32;

struct PublicKey {
  std::array<std::uint8_t, kKeySize> octets{};
  auto operator<=>(const PublicKey&) const = default;
};

std::string to_base64(const PublicKey& key);
std::optional<PublicKey> parse_public_key(std::string_view base64);
std::optional<PublicKey> public_key_from(std::string_view octets);  // 32 raw octets, as on the wire
// The base64 of raw octets; `none` when they are no key.
std::string key_text(std::string_view octets, std::string_view none);

// 32 secret octets: a WireGuard private key or a preshared key.
class Secret {
 public:
  // Fresh from the system's random source. A private key is clamped as X25519 asks.
  static Secret make_private_key();
  static Secret make_preshared_key();
  // Copies the octets in; wiping the source is the caller's.
  static Secret from_octets(std::span<const std::uint8_t, kKeySize> octets);
  // Stands in a dry run for the key of `owner`, which nobody makes there. No secret: everybody can
  // compute it, so it is never the key of anything.
  static Secret stand_in(std::string_view mesh, std::string_view owner);

  std::span<const std::uint8_t, kKeySize> reveal() const;
  bool operator==(const Secret& other) const;  // constant time
  // A private key as X25519 takes it, and as the kernel tells it again. The public key is the same.
  Secret clamped() const;
  // Then the kernel takes it for no key.
  bool is_zero() const;

 private:
  struct Octets;
  explicit Secret(std::shared_ptr<const Octets> octets);
  std::shared_ptr<const Octets> octets_;
};

PublicKey public_key_of(const Secret& private_key);

// False for the few keys (32 zeros among them) with which every private key makes the same shared
// secret, which everybody knows.
bool keeps_secrets(const PublicKey& key);

// What two nodes compare to know that they hold the same preshared key, through a controller that
// must not learn it: keyed BLAKE2b over the mesh and both node names in sorted order.
std::array<std::uint8_t, 32> preshared_proof(const Secret& preshared_key, std::string_view mesh,
                                             std::string_view node, std::string_view peer);

// A key pair for one session; preshared keys travel sealed to its public half.
class SessionKey {
 public:
  SessionKey();
  const PublicKey& public_key() const { return public_key_; }
  // Empty when the box was not sealed to this key or was changed on its way.
  std::optional<Secret> open(std::string_view box) const;

 private:
  friend class Sealer;
  PublicKey public_key_;
  Secret private_key_;
};

// Seals secrets into boxes of libsodium's form; SessionKey::open opens them. All boxes of a Sealer share one ephemeral key,
// for a fresh key would double the cost of a box. The key that encrypts a box still depends on its receiver.
class Sealer {
 public:
  // Throws Error if `to` keeps no secrets.
  std::string seal(const Secret& secret, const PublicKey& to);

 private:
  SessionKey key_;
  // Who has a box under key_. A second one to the same receiver would have the same nonce, so key_ is made anew then.
  std::set<PublicKey> receivers_;
};

// Call once, first in main(): readies libsodium. Throws Error.
void init_crypto();

}  // namespace wgmesh
