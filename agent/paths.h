// Where the agent keeps things on a node. Tests give other roots; the program has only this one.
#pragma once

#include <string>

namespace wgmesh {

struct Paths {
  std::string state = "/var/lib/wgmesh";  // stored meshes, and bin/ with the agent
  std::string run = "/run/wgmesh";        // locks
  std::string links = "/usr/local/sbin";  // where a symlink to the agent may stand
};

}  // namespace wgmesh
