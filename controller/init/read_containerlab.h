// A containerlab topology as a draft: its nodes of kind linux, entered by `docker exec`.
#pragma once

#include <string>
#include <string_view>

#include "controller/init/draft.h"

namespace wgmesh {

// Throws MeshFileFaults. `file` stands in the faults.
Draft read_containerlab(std::string_view text, const std::string& file);

}  // namespace wgmesh
