// `check`: who reaches whom, how fast and with what MTU, and what is wrong, as a table or as JSON.
#pragma once

#include <string>
#include <vector>

#include "controller/mesh/diagnosis.h"

namespace wgmesh {

// A row for each node that asks, a column for each that answers: round trip over the segment and
// age of the latest handshake; then the findings.
std::string render_check(const Mesh& mesh, const Examination& examination,
                         const std::vector<Finding>& findings);
std::string render_check_json(const Mesh& mesh, const Examination& examination,
                              const std::vector<Finding>& findings);

}  // namespace wgmesh
