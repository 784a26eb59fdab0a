// Who else than root may read or change what is stored. A file that others could reach is written
// anew: so it is ours and 0600, and nobody keeps it open. Knows nothing of the content.
#pragma once

#include <string>
#include <vector>

#include "agent/store/store.h"

namespace wgmesh {

// A warning for each file and folder that others may read or change; nothing is touched.
std::vector<Said> find_exposures(const Store& store, const std::string& mesh);

// Mends what can be mended, and says so, a warning each. Throws Error when the mesh's folder, or
// the one above it, belongs to another user: whatever is written there may be replaced.
std::vector<Said> mend_exposures(const Store& store, const std::string& mesh);

}  // namespace wgmesh
