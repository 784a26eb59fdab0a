// The MTU of the segment, from the paths that nodes have measured. Pure.
#pragma once

#include <string>

#include "controller/mesh/facts.h"
#include "controller/mesh/mesh.h"

namespace wgmesh {

// What a tunnel takes of each packet inside WireGuard: IP, GRE and Ethernet. Bytes.
inline constexpr unsigned kGretapCost = 38;
inline constexpr unsigned kIp6gretapCost = 58;  // without the encapsulation limit option

// One value for the whole segment, since an L2 segment cannot have two. Bytes.
struct SegmentMtu {
  unsigned device = 0;   // of every WireGuard device
  unsigned segment = 0;  // of every tunnel port and bridge
  // The route that decided: "mesh1 to mesh3 (192.0.2.3)", its MTU; empty: no node reported a
  // smaller one.
  std::string because;
  unsigned underlay = 0;
  // More would fit, or was asked for, but waits for the nodes that could not be asked: they still
  // have the committed one. `held_by`: the node that has committed the least.
  bool is_held = false;
  std::string held_by;
};

// Takes the smallest route MTU that any node reports towards a peer's endpoint (1500 where none
// does). Subtracts the cost of WireGuard: 60 where every endpoint that was resolved is IPv4, else
// 80. Subtracts the cost of the tunnel: 58 for ip6gretap, 38 for gretap. An explicit mesh.mtu below
// the result wins. Where frames are fragmented, the segment has 1500 whatever the paths carry.
// While a node of `mesh` is not in `facts`, both are at most what the others have committed.
// Throws Error, naming both, for one above it or for paths that are too small (IPv6 needs 1280
// inside WireGuard).
SegmentMtu segment_mtu(const Mesh& mesh, const Facts& facts);

}  // namespace wgmesh
