// From the command line's idea of a mesh file to a Mesh: opens the file or standard input and says
// which syntax to expect. What is in it, read_mesh_file judges.
#pragma once

#include "controller/command_line.h"
#include "controller/mesh/mesh.h"

namespace wgmesh {

// Throws Error when the file cannot be read, MeshFileFaults when it is at fault.
Mesh load_mesh(const CommandLine& command_line);

// What WGMESH_FILE names; else mesh.yaml, mesh.yml or mesh.json, the first that is in the working directory; else
// mesh.yaml, for the error to name.
std::string default_mesh_file();

}  // namespace wgmesh
