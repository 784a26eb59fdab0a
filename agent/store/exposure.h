// Who else than root may read or change what is stored. A file that others could reach is written
// anew: so it is ours and 0600, and nobody keeps it open. Knows nothing of the content.
#pragma once

#include <string>
#include <vector>

#include "agent/store/store.h"

namespace wgmesh {

// A warning for each file and folder that others may read or change; nothing is touched.
std::vector<Said> find_exposures(const Store& store, const std::string& mesh);

// The same of a file with keys that this program did not write. Above it the folder alone counts.
std::vector<Said> find_exposures_of_keys(const std::string& path);

// Mends what can be mended, and says so, a warning each. Throws Error when the mesh's folder, or
// the one above it, belongs to another user: whatever is written there may be replaced.
std::vector<Said> mend_exposures(const Store& store, const std::string& mesh);

}  // namespace wgmesh
