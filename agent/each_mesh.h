// The verbs that go through all meshes of a node: a line for each, and on to the next where one
// fails.
#pragma once

#include <string>

#include "agent/node/this_node.h"
#include "agent/store/store.h"
#include "common/said.h"

namespace wgmesh {

// What became of a mesh, in a word or two; `fault` gets what went wrong on the way.
using MeshStep = std::string (*)(const ThisNode& this_node, const Store& store,
                                 const std::string& mesh, Said& fault);

// `mesh` alone, or with an empty name all that are stored. `failed`: the word for one whose step
// throws. Returns the exit code.
int for_each_mesh(const ThisNode& this_node, const std::string& mesh, const char* failed,
                  MeshStep step);

}  // namespace wgmesh
