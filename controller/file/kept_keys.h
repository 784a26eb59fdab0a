// The keys in a file of an earlier export, so that a further run makes the same files. Pure.
#pragma once

#include <map>
#include <optional>
#include <string_view>

#include "common/key.h"

namespace wgmesh {

struct KeptKeys {
  std::optional<Secret> private_key;
  std::map<PublicKey, Secret> preshared_keys;  // by the peer's public key
};

// Reads a file that wg-quick or networkd reads. A line that holds no key of ours is passed over.
KeptKeys kept_keys_in(std::string_view content);

}  // namespace wgmesh
