// `show`: WireGuard's view of each node, for people in the layout of `wg show`, for scripts in
// those of `wg show all dump` and wg-json. No secret is ever in it: the status it is made from
// holds none.
#pragma once

#include <chrono>
#include <span>
#include <string>

#include "controller/mesh/report.h"

namespace wgmesh {

std::string render_show(std::span<const NodeReport> reports,
                        std::chrono::system_clock::time_point now, bool color);
// Tab-separated, the node's name in front. Nodes without a status have no line: tell of them on
// stderr.
std::string render_show_dump(std::span<const NodeReport> reports);
// The objects that wg-json prints, by node and interface.
std::string render_show_json(std::span<const NodeReport> reports);

}  // namespace wgmesh
