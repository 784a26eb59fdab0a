#include "common/hash.h"

#include <sodium.h>

#include <stdexcept>

namespace wgmesh {

Hash hash_of(std::initializer_list<std::string_view> parts, std::span<const std::uint8_t> key) {
  // libsodium checks the upper bound only.
  if (!key.empty() && (key.size() < crypto_generichash_KEYBYTES_MIN ||
                       key.size() > crypto_generichash_KEYBYTES_MAX)) {
    throw std::invalid_argument("a BLAKE2b key has 16 to 64 octets");
  }
  crypto_generichash_state state;
  Hash hash{};
  crypto_generichash_init(&state, key.empty() ? nullptr : key.data(), key.size(), hash.size());
  const unsigned char nul = 0;
  for (const std::string_view part : parts) {
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()),
                              part.size());
    crypto_generichash_update(&state, &nul, 1);
  }
  crypto_generichash_final(&state, hash.data(), hash.size());
  sodium_memzero(&state, sizeof state);
  return hash;
}

}  // namespace wgmesh
