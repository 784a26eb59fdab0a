// What a file in wg-quick's form says of a mesh that wireguard-mesh, the tool before this one, made:
// keys, and the interfaces that its commands make. Commands are searched for names, and never run.
// Such a file may hold anything, for people edit it. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "common/key.h"

namespace wgmesh {

inline constexpr std::size_t kMaxQuickFile = std::size_t{4} << 20;  // octets

struct QuickFile {
  std::optional<Secret> private_key;  // clamped
  // By the name that a comment in the peer's section, or just above it, gives it
  // (`# friendly_name = NODE`). A peer without such a name has no place here.
  std::map<std::string, Secret> preshared_keys;
  // br-MESH and gt-MESH<number>, as far as PostUp lines name them.
  std::set<std::string> interfaces;
};

// True if a PostUp line names the bridge of `mesh`: wireguard-mesh has made the file, for this mesh.
bool is_of_predecessor(std::string_view text, std::string_view mesh);

// Throws Error, with the number of the line, for a key that is none and for what is there twice. A
// line that says something else is passed over.
QuickFile parse_quick_file(std::string_view text, std::string_view mesh);

}  // namespace wgmesh
