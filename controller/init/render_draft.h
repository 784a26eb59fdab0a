// A draft as the text of a mesh file: for people to read and edit, so with comments that say where a value comes from
// and what else could stand there. What foreign files and nodes say is in comments only as printable text.
#pragma once

#include <string>

#include "controller/init/draft.h"

namespace wgmesh {

// Needs draft.network and addresses for all nodes.
std::string render_draft(const Draft& draft);

}  // namespace wgmesh
