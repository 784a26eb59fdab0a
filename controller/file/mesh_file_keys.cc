#include "controller/file/mesh_file_keys.h"

#include "controller/file/mesh_file.h"
#include "controller/file/mesh_file_defaults.h"
#include "controller/file/mesh_file_node.h"
#include "controller/file/mesh_file_segment.h"
#include "controller/file/mesh_file_target.h"

namespace wgmesh {

std::vector<MapKeys> mesh_file_keys() {
  return {{"KEYS OF THE MESH", mesh_keys()},    {"KEYS OF A NODE", node_keys(true)},
          {"KEYS OF DEFAULTS", default_keys()}, {"KEYS OF STP", stp_keys()},
          {"KEYS OF SSH", ssh_keys()},          {"KEYS OF SSH", connect_keys()},
          {"KEYS OF ENDPOINT", endpoint_keys()}};
}

}  // namespace wgmesh
