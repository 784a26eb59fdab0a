// A mesh that works, as its nodes report it: n0, n1 … in fd00:0:0:1::/64, all peered, n0 the root. What a
// test changes, it changes in the reports.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/mesh/mesh.h"
#include "controller/mesh/report.h"

namespace wgmesh {

inline constexpr std::int64_t kReportedAt = 1'700'000'000;  // by the clock of every node

Mesh mesh_of(int nodes);
// Every node has an agent of the version "1.0". Node j shook hands with every other 10, 20 …
// 100 seconds ago; each link has received 1 MiB and sent 512 bytes.
std::vector<NodeReport> reports_of(const Mesh& mesh);

proto::PeerStatus& peer_in(NodeReport& report, const std::string& peer);
// Both ends of the link, as if no packet had ever passed.
void forget_handshakes(std::vector<NodeReport>& reports, int a, int b);
void make_unreachable(NodeReport& report, const std::string& why);

}  // namespace wgmesh
