// A text as one word of a POSIX shell, for commands that a user is told to run. Pure.
#pragma once

#include <string>
#include <string_view>

namespace wgmesh {

std::string shell_quoted(std::string_view word);

}  // namespace wgmesh
