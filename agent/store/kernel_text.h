// What the kernel tells as text, in /proc and /sys.
#pragma once

#include <string>

namespace wgmesh {

// The whole of such a file; empty where it is not there or cannot be read. (Their size is told as
// 0, so they are read to their end.)
std::string read_kernel_text(const std::string& path);

}  // namespace wgmesh
