// Who may put a program into a folder from which programs are run as root.
#pragma once

#include <string>

namespace wgmesh {

// Empty when nobody but root and the user of this process can put anything into `folder`: it and
// those above it belong to one of them, and nobody else may write there. Above it others may write
// where the folder is sticky. Else what is wrong.
std::string why_others_may_write(const std::string& folder);

}  // namespace wgmesh
