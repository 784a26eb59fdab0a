// `info`: the mesh file and what its nodes say, as one document. The keys of the tool before this
// one stay as they were; what is new stands beside them. packaging/schema/info.schema.json
// describes the document.
#pragma once

#include <chrono>
#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include "controller/mesh/mesh.h"
#include "controller/mesh/report.h"

namespace wgmesh {

// One entry per report, in the order of the mesh file; fractions are of the nodes reported on. Ages
// count from the node's own clock where it told the time, else from `now`.
nlohmann::ordered_json info_document(const Mesh& mesh, std::span<const NodeReport> reports,
                                     std::chrono::system_clock::time_point now);

// YAML, or JSON. Ends with a newline.
std::string render_info(const Mesh& mesh, std::span<const NodeReport> reports, bool json,
                        std::chrono::system_clock::time_point now);

}  // namespace wgmesh
