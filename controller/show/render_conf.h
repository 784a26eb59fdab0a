// A mesh as the file that would say it in full: every default filled in, derived inner addresses
// written out. read_mesh_file reads it back to an equal Mesh.
#pragma once

#include <string>

#include "controller/mesh/mesh.h"

namespace wgmesh {

// YAML, or JSON with `format_version`. Ends with a newline.
std::string render_conf(const Mesh& mesh, bool json);

}  // namespace wgmesh
