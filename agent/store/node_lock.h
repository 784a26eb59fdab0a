// The lock of what all meshes of a node share: the agent's program, the links to it, the units. A
// mesh's own lock (lock.h) does not cover them. Whoever holds both took the mesh's first.
#pragma once

#include <chrono>
#include <string>

#include "common/unique_fd.h"

namespace wgmesh {

class NodeLock {
 public:
  // `folder`: where the locks are. Throws Locked when another holds it for longer than `patience`.
  explicit NodeLock(const std::string& folder,
                    std::chrono::milliseconds patience = std::chrono::seconds(60));

  // For the node's last mesh: the file goes while it is held.
  void remove_file();

 private:
  std::string path_;
  UniqueFd file_;
};

// Whether a session holds the lock of a mesh other than `mesh`. Such a mesh is there, even if
// nothing of it is stored yet.
bool is_another_mesh_locked(const std::string& folder, const std::string& mesh);

}  // namespace wgmesh
