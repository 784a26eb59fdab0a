// Secrets as base64, on their way to or from a file. The octets in between are wiped; the text that
// they are put into is the caller's to wipe (WipedText).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/key.h"

namespace wgmesh {

inline constexpr std::size_t kBase64Key = 44;  // octets of a key as base64

// Reserve what `text` will take: growing leaves copies behind.
void append_secret(std::string& text, const Secret& secret);
// Nothing for what is not 32 octets in base64.
std::optional<Secret> secret_from_base64(std::string_view base64);

}  // namespace wgmesh
