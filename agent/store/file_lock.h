// A lock between agents of this node, held while this object lives: an flock on a file that only
// root can open. The file is gone afterwards. If others could open it, they could lock it, too, and
// keep all agents waiting.
#pragma once

#include <string>

#include "common/unique_fd.h"

namespace wgmesh {

// Locks PATH, in a folder that is made if it is missing. Empty while somebody else holds it. Throws
// SystemError.
UniqueFd try_flock(const std::string& folder, const std::string& path);

class FileLock {
 public:
  // Waits for at most 5 s. Throws SystemError.
  FileLock(const std::string& folder, const std::string& name);
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  std::string path_;
  UniqueFd file_;
};

}  // namespace wgmesh
