// Octets to gzip and back. Knows no files.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace wgmesh {

std::string pack_gzip(const std::string& octets);

// Empty for what is no whole gzip, has something behind its end, or unpacks to more than `limit` octets.
std::optional<std::string> unpack_gzip(const std::string& packed, std::size_t limit);

}  // namespace wgmesh
