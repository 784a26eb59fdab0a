// The database of wg-meshconf, a CSV file, as a draft: its peers with their addresses, endpoints and ports. Its keys
// are not taken: nodes make their own.
#pragma once

#include <string>
#include <string_view>

#include "controller/init/draft.h"

namespace wgmesh {

// Throws MeshFileFaults. `file` stands in the faults.
Draft read_meshconf(std::string_view text, const std::string& file);

}  // namespace wgmesh
