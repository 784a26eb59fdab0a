#include "controller/file/kept_keys.h"

#include "common/secret_text.h"
#include "common/trimmed.h"

namespace wgmesh {
KeptKeys kept_keys_in(std::string_view content) {
  KeptKeys keys;
  std::optional<PublicKey> peer;  // of the section
  while (!content.empty()) {
    const auto end = content.find('\n');
    const std::string_view line = content.substr(0, end);
    content.remove_prefix(end == std::string_view::npos ? content.size() : end + 1);
    if (line.starts_with('[')) { peer.reset(); }
    const auto sign = line.find('=');
    if (sign == std::string_view::npos) { continue; }
    const std::string_view key = trimmed(line.substr(0, sign));
    const std::string_view value = trimmed(line.substr(sign + 1));
    if (key == "PrivateKey") {
      keys.private_key = secret_from_base64(value);
    } else if (key == "PublicKey") {
      peer = parse_public_key(value);
    } else if (key == "PresharedKey" && peer) {
      if (auto secret = secret_from_base64(value)) {
        keys.preshared_keys.insert_or_assign(*peer, *secret);
      }
    }
  }
  return keys;
}

}  // namespace wgmesh
