// One yes-or-no question before anything changes.
#pragma once

#include <istream>
#include <ostream>
#include <string_view>

namespace wgmesh {

// True for "y" or "yes" in any case; anything else, and end of file, is no.
bool confirm(std::istream& in, std::ostream& out, std::string_view question);

// The same on the process's terminal, even where stdin is the mesh file. Throws Error where there
// is none.
bool confirm(std::string_view question);

}  // namespace wgmesh
