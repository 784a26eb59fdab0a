// What a mesh may be called, checked before a name from outside becomes part of a path.
#pragma once

#include <algorithm>
#include <string_view>

#include "common/naming.h"

namespace wgmesh {

inline bool is_mesh_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxMeshName && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

// [A-Za-z0-9][A-Za-z0-9._-]{0,62}
inline bool is_node_name(std::string_view name) {
  const auto alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && name.size() <= 63 && alphanumeric(name.front()) &&
         std::ranges::all_of(
             name, [&](char c) { return alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

}  // namespace wgmesh
