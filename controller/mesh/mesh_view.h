// What nodes say of themselves, looked at without owning it: a copy of every answer would take as
// much again of time and memory as all answers do. Pure.
#pragma once

#include <chrono>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "controller/mesh/diagnosis.h"
#include "controller/mesh/link_table.h"
#include "controller/mesh/report.h"

namespace wgmesh {

// Pointers are null for what the node did not tell.
struct NodeView {
  const proto::Status* status = nullptr;
  const proto::Status* afterwards = nullptr;  // when all have measured
  const proto::Hello* hello = nullptr;
  std::string_view unreachable;       // why there is nothing
  std::chrono::seconds clock_skew{};  // its clock less the controller's
};

using NodeViews = std::map<std::string_view, NodeView>;  // by name

// Both outlive the views.
NodeViews views_of(const Examination& examination);
NodeViews views_of(std::span<const NodeReport> reports);

// The links of all nodes, as `views` has them; their statuses outlive the table.
LinkTable links_of(const Mesh& mesh, const NodeViews& views);

// As diagnose of an examination (diagnosis.h), where nobody has measured. `links`: those of `views`.
std::vector<Finding> diagnose(const Mesh& mesh, const NodeViews& views, const LinkTable& links);

}  // namespace wgmesh
