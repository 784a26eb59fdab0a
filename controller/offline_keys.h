// The keys of all nodes of a mesh, kept or made on this machine. What each node would make for
// itself if it could be asked. Pure but for the random source.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "common/key.h"
#include "controller/file/kept_keys.h"
#include "controller/mesh/mesh.h"

namespace wgmesh {

struct OfflineKeys {
  std::map<std::string, Secret> private_keys;                            // by node
  std::map<std::pair<std::string, std::string>, Secret> preshared_keys;  // by both nodes, sorted
};

// Keeps what `kept` (by node) has and makes what is missing. A pair whose ends keep different
// preshared keys gets that of the node whose name sorts first.
OfflineKeys offline_keys(const Mesh& mesh, const std::map<std::string, KeptKeys>& kept);

}  // namespace wgmesh
