// Mesh files that tests read, noted for tests/check-schemas: what the reader accepts must fit the schema, and what it
// refuses must not, where a schema can say so.
#pragma once

#include <string>

#include "controller/file/mesh_file.h"

namespace wgmesh {

// read_mesh_file. If WGMESH_MESH_FILES names a file, the text and the identifiers of its faults become a line of it.
Mesh read_noted_mesh_file(const std::string& text, const std::string& file_name,
                          Syntax syntax = Syntax::kYaml);

}  // namespace wgmesh
