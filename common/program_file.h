// The file of an agent's program, read whole: mesh sends it to nodes, and the agent installs its
// own.
#pragma once

#include <string>

namespace wgmesh {

// Throws SystemError, and Error for a file of more than 256 MiB. By way of /proc/self/exe this
// reads a file that is gone, too.
std::string read_program(const std::string& path);

}  // namespace wgmesh
