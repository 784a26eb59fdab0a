// The JSON Schema (draft 7) of mesh.yaml, as packaging/schema/mesh.schema.json has it: for editors and for `mesh conf
// --schema`. The reader does not use it; tests hold the two together.
#pragma once

#include <string_view>

namespace wgmesh {

extern const std::string_view kMeshSchema;

}  // namespace wgmesh
