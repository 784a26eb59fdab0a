// The nodes that a command line is about.
#pragma once

#include <optional>
#include <vector>

#include "common/said.h"
#include "controller/command_line.h"
#include "controller/mesh/mesh.h"

namespace wgmesh {

// What is wrong with the first name on the command line that the mesh does not have.
std::optional<Said> find_unknown_node(const Mesh& mesh, const CommandLine& command_line);

// The nodes that were named on the command line, or all; absent ones only where something changes.
// Their names are known to be right.
std::vector<const Node*> chosen_nodes(const Mesh& mesh, const CommandLine& command_line);

}  // namespace wgmesh
