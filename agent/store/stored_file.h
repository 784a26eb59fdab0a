// One file of the store, read with distrust: what cannot be the file that this program wrote is
// Damaged, and never followed, waited for or opened. Knows nothing of the content.
#pragma once

#include <optional>
#include <string>

#include "agent/store/stored_mesh.h"
#include "common/wiped_text.h"

namespace wgmesh {

// Content, or nothing where there is no such file. Throws Damaged, without the path, also for a
// file that another user owns and does not let us read. Throws SystemError when the disk fails.
std::optional<WipedText> read_stored_file(const std::string& path);

}  // namespace wgmesh
