#include "common/secret_text.h"

#include <sodium.h>

#include <cstdint>
#include <span>

namespace wgmesh {

void append_secret(std::string& text, const Secret& secret) {
  char base64[kBase64Key + 1];
  sodium_bin2base64(base64, sizeof base64, secret.reveal().data(), kKeySize,
                    sodium_base64_VARIANT_ORIGINAL);
  text.append(base64, kBase64Key);
  sodium_memzero(base64, sizeof base64);
}

std::optional<Secret> secret_from_base64(std::string_view base64) {
  std::uint8_t octets[kKeySize];
  std::size_t size = 0;
  const char* end = nullptr;
  const bool whole = sodium_base642bin(octets, sizeof octets, base64.data(), base64.size(), nullptr,
                                       &size, &end, sodium_base64_VARIANT_ORIGINAL) == 0 &&
                     size == kKeySize && end == base64.data() + base64.size();
  std::optional<Secret> secret;
  if (whole) { secret = Secret::from_octets(std::span<const std::uint8_t, kKeySize>(octets)); }
  sodium_memzero(octets, sizeof octets);
  return secret;
}

}  // namespace wgmesh
