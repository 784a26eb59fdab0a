#include "common/sha256.h"

#include <sodium.h>

#include <array>

namespace wgmesh {

std::string sha256_of(std::string_view octets) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash;
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(octets.data()),
                     octets.size());
  std::array<char, crypto_hash_sha256_BYTES * 2 + 1> hex;
  return sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
}

}  // namespace wgmesh
