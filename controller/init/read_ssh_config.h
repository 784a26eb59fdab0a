// The hosts of an ssh_config(5) as a draft: names of Host lines without wildcards. How each is reached stays with
// `ssh -G`, which wgmesh asks at each login.
#pragma once

#include <string>
#include <string_view>

#include "controller/init/draft.h"

namespace wgmesh {

// Throws MeshFileFaults. `file` stands in the faults.
Draft read_ssh_config(std::string_view text, const std::string& file);

}  // namespace wgmesh
