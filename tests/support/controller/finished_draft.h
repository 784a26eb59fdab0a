// A draft on its way to a mesh file, as `mesh init` finishes it, with a network that is not drawn by chance.
#pragma once

#include <string>

#include "controller/init/draft.h"
#include "controller/mesh/mesh.h"

namespace wgmesh {

// As the draft has it for one SSH host, [user@]host[:port].
DraftNode node_at(const std::string& name, const std::string& host);

// Its text, with fd12:3456:789a::/64 where it has no network. Adds a failure to the test if mesh cannot read it; the
// text is noted for tests/check-schemas.
std::string finished(Draft draft);
// The mesh that such a text says.
Mesh mesh_in(const std::string& text);

// The content of a file below tests/data; `path` is the whole path.
std::string content_of_file(const std::string& path);

}  // namespace wgmesh
