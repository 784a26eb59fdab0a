// `plan`, dry runs and the last line of a run: what would change or has changed, node by node.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "controller/mesh/report.h"

namespace wgmesh {

// A line for each node and each link that changes, with + (comes), ~ (changes) or - (goes), old and new values, and a
// summary. `with_operations`: then what is done on each node, in the words of `ip` and `wg`.
std::string render_changes(std::span<const NodeChanges> nodes, bool color,
                           bool with_operations = false);
// The same groups, each node's operations and the totals, for the result document.
nlohmann::ordered_json changes_json(std::span<const NodeChanges> nodes);

// Whether a node would change at all.
bool any_changes(std::span<const NodeChanges> nodes);

enum class Forwarding : std::uint8_t { kUnknown, kNotWaited, kAll, kNotAll };

struct Summary {
  std::string verb = "up";  // by its name
  bool is_down = false;     // the mesh was taken down
  bool removed = false;     // down -r
  std::size_t changed = 0;
  std::size_t unchanged = 0;
  std::vector<std::string> skipped = {};
  std::vector<std::string> stay_down = {};  // of the changed and unchanged: what was taken down
  std::size_t pairs = 0;
  Forwarding forwarding = Forwarding::kUnknown;
};

// "4 nodes: 3 changed, 1 unchanged, all 6 pairs forward". Ends with a newline.
std::string render_summary(const Summary& summary);
nlohmann::ordered_json summary_json(const Summary& summary);

}  // namespace wgmesh
