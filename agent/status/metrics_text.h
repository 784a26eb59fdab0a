// `wgmesh-agent status --prometheus`: the text exposition format of Prometheus. What WireGuard
// measures has the names and labels of prometheus_wireguard_exporter; the rest begins with
// `wgmesh_`. These names are an interface: packaging/grafana and the alerts of users have them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "agent/status/inspection.h"

namespace wgmesh {

// All meshes in one document: each metric has its head once. `version`: the agent's.
std::string metrics_text(std::span<const Inspection> inspections, std::string_view version);

}  // namespace wgmesh
