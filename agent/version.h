// What this program is: its version and, for those who ask, that of each library that was linked
// into it, as the library itself says where it can.
#pragma once

#include <string>

namespace wgmesh {

// Lines: "wgmesh-agent VERSION", then with `libraries` "  NAME VERSION" for each.
std::string version_text(bool libraries);

}  // namespace wgmesh
