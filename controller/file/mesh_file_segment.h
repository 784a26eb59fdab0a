// The keys of mesh.yaml that say how frames find their way over the segment: `stp`,
// `loop_prevention` and `path_cost`.
#pragma once

#include <span>
#include <string>

#include "controller/file/yaml_value.h"
#include "controller/mesh/mesh.h"

namespace wgmesh {

// All three are optional in `map`; what is at fault leaves its default.
void read_segment(const MapReader& map, Mesh& mesh);

// The keys within `stp`.
std::span<const std::string> stp_keys();

}  // namespace wgmesh
