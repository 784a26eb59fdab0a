// The keys of every map in mesh.yaml, for what describes the file: the manual page mesh.yaml(5).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wgmesh {

struct MapKeys {
  std::string_view section;  // of the manual page
  std::span<const std::string> keys;
};

std::vector<MapKeys> mesh_file_keys();

}  // namespace wgmesh
