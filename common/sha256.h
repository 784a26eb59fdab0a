// The SHA-256 of octets, as `sha256sum` prints it.
#pragma once

#include <string>
#include <string_view>

namespace wgmesh {

std::string sha256_of(std::string_view octets);  // 64 hexadecimal digits

}  // namespace wgmesh
