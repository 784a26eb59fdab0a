// `info`: the mesh file and what its nodes say, as one document. The keys of the tool before this
// one stay as they were; what is new stands beside them. packaging/schema/info.schema.json
// describes the document.
#pragma once

#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "controller/mesh/mesh.h"
#include "controller/mesh/report.h"

namespace wgmesh {

// One entry per report, in the order of the mesh file; fractions are of the nodes reported on. Ages
// count from the node's own clock where it told the time, else from `now`.
nlohmann::ordered_json info_document(const Mesh& mesh, std::span<const NodeReport> reports,
                                     std::chrono::system_clock::time_point now);

// The same as YAML or JSON, node by node: the whole is large (N^2 links), and is never held. What is put ends with a
// newline.
void put_info(const Mesh& mesh, std::span<const NodeReport> reports, bool json,
              std::chrono::system_clock::time_point now,
              const std::function<void(std::string_view)>& put);
// In one piece.
std::string render_info(const Mesh& mesh, std::span<const NodeReport> reports, bool json,
                        std::chrono::system_clock::time_point now);

}  // namespace wgmesh
