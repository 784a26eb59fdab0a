// What `mesh --help` and `mesh VERB --help` print.
#pragma once

#include <string>
#include <string_view>

namespace wgmesh {

// The page of a verb; of the whole program where `verb` is empty or none.
std::string help_for(std::string_view verb);

}  // namespace wgmesh
