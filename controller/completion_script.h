// Scripts that let a shell complete command lines of `mesh`. A script only asks: for each completion it calls the
// hidden command `mesh __complete WORD...` and offers what that prints, so it fits whatever `mesh` is installed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wgmesh {

// bash, zsh, fish.
std::vector<std::string> completed_shells();
// Empty for a shell that is not among them.
std::optional<std::string> completion_script(std::string_view shell);

}  // namespace wgmesh
