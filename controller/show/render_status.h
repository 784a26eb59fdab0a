// `status`: one line per node and one for the mesh, as a table, as JSON or YAML, or names alone.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "controller/mesh/status_changes.h"
#include "controller/mesh/status_rows.h"

namespace wgmesh {

// `own_version`: that of our agent. The column AGENT is left out where every node has it.
// `since`: what has changed since an earlier look; with it, traffic is shown per second. Null: there
// was none.
struct StatusView {
  const MeshStatus& status;
  std::string_view own_version;
  const StatusChanges* since = nullptr;
  bool is_watched = false;  // another look follows: traffic is per second, and not known yet
};

// The table, the line of the mesh and one line for each fault; what several nodes share is one. Names
// and addresses are cut so that the table takes `columns` at most, down to a table of about 70.
std::string render_status(const StatusView& view, std::size_t columns);
// Every address, and nothing is cut.
std::string render_status_wide(const StatusView& view);
// With the names of `info -J`. `reports`: what view.status was made of.
nlohmann::ordered_json status_document(const StatusView& view, const Mesh& mesh,
                                       std::span<const NodeReport> reports);
// One name a line.
std::string render_status_names(const MeshStatus& status);

}  // namespace wgmesh
