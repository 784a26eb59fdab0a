// The name by which people on the node call the agent: a link in a folder of their PATH. Touches
// only links that lead to a program of ours.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/node/paths.h"

namespace wgmesh {

// A name of this program that stays the same when another version takes its place.
std::string lasting_program();

// Those of `usual` that exist, in the order in which to try them: first what is in `path` (as $PATH
// has it), then the rest. An SSH server's PATH for commands leaves out folders that a login of root
// has: `over_ssh` lets the first of `usual` count as one of its own.
std::vector<std::string> link_folders(const std::vector<std::string>& usual, std::string_view path,
                                      bool over_ssh);

// Lets wgmesh-agent be found by way of a link to `program`. Where another wgmesh-agent stands in
// the folder, such as a package's, it stays, and it is the one that is found. Returns a line for
// the user then, and where no folder takes the link.
std::optional<std::string> put_program_link(const Paths& paths, const std::string& program);

// Removes every link that leads to a program of ours.
void remove_program_links(const Paths& paths);

}  // namespace wgmesh
