// The inventory that `ansible-inventory --list` prints, as a draft: its hosts, and how Ansible logs in to them.
#pragma once

#include <string>
#include <string_view>

#include "controller/init/draft.h"

namespace wgmesh {

// Throws MeshFileFaults. `file` stands in the faults.
Draft read_ansible(std::string_view text, const std::string& file);

}  // namespace wgmesh
