// Reads mesh.yaml: text in, a Mesh with every default filled in out, or every fault of the file at
// once. Contacts nobody and opens no file. The keys of a mesh are read here, those of a node in
// mesh_file_node, and where a node is in mesh_file_target.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "controller/file/fault.h"
#include "controller/file/yaml_tree.h"
#include "controller/mesh/mesh.h"

namespace wgmesh {

// The version of the file's format that this program reads and `conf -J` writes.
inline constexpr unsigned kMeshFileVersion = 1;

// The keys that may stand at the top.
std::span<const std::string> mesh_keys();

// Whether each node must say how it is logged in to. A node that does not has an SshTarget without a
// host.
enum class Targets : std::uint8_t { kRequired, kOptional };

// `file_name` stands in the faults. Throws MeshFileFaults. What it returns passes check().
Mesh read_mesh_file(const std::string& text, const std::string& file_name,
                    Syntax syntax = Syntax::kYaml, Targets targets = Targets::kRequired);

}  // namespace wgmesh
