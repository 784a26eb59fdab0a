// Files that were written go to the disk together: one wait for all of them, not one after the
// other. Knows nothing of their content or names.
#pragma once

#include <string>
#include <vector>

namespace wgmesh {

// The content of each is durable when it returns; its name is so only after sync_folder(). Throws
// SystemError, with the path, also when a file is not there.
void sync_files(const std::vector<std::string>& paths);

}  // namespace wgmesh
