// Mesh and facts in, one plan per node out. Pure, deterministic, and the only place that decides
// listen ports, peering, MTU and timers of what will stand on a node. Knows no SSH and no terminal.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "controller/mesh/mesh.h"
#include "controller/mesh/tree_choice.h"
#include "proto/plan.pb.h"
#include "proto/session.pb.h"

namespace wgmesh {

// What the planner needs of a node's Hello. A node of the mesh that is not in it could not be asked
// and is planned around: its peers keep what they have stored of it (Peer.as_stored), so a link
// that works goes on working, and one that never was is made when the node is there.
using Facts = std::map<std::string, proto::Hello>;  // by node name

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

// What `node` is asked to look at before it is planned for.
proto::Open open_for(const Mesh& mesh, const Node& node);

// The plan of `node`, which `facts` must hold. Where path costs are measured, they and the
// priorities that are open are those of `choice`, else what the node has stored.
proto::Plan plan_for(const Mesh& mesh, const Node& node, const Facts& facts, const SegmentMtu& mtu,
                     const TreeChoice* choice = nullptr);

// What `node` is asked for: the plan, in short where its agent takes that. Without goal and secrets.
proto::Propose proposal_for(const Mesh& mesh, const Node& node, const Facts& facts,
                            const SegmentMtu& mtu, const TreeChoice* choice = nullptr);

// Pairs whose ends do not hold the same preshared key, or of which one is in `rotated`, and who
// shall make it: by maker, the peers. The node whose name sorts first makes it.
std::map<std::string, std::vector<std::string>> preshared_keys_to_make(
    const Mesh& mesh, const Facts& facts, const std::set<std::string>& rotated = {});

// Nodes that somebody's stored plan has for a peer, and that the mesh file no longer names, sorted.
std::vector<std::string> vanished_nodes(const Mesh& mesh, const Facts& facts);

}  // namespace wgmesh
