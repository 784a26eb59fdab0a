// What the nodes' hellos say against the mesh, before anything is planned: what makes it
// impossible, and what the user should know. Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "common/said.h"
#include "controller/mesh/mesh.h"
#include "controller/mesh/planner.h"

namespace wgmesh {

// Something that stands in a node's way.
struct Obstacle {
  std::string node;
  Said said;
};

struct Admission {
  std::vector<Obstacle> obstacles;  // all of every node, in the order of the mesh file
  std::vector<Said> warnings;
};

// Missing kernel modules, names that are taken, endpoints that nobody can dial: found before
// anything is planned. `facts`: the hello of each node that is to get a plan. `left_out`: nodes
// that could not be asked and are planned around; their endpoints stay as they are stored.
Admission admit(const Mesh& mesh, const Facts& facts, const std::set<std::string>& left_out);

// A pair's keys change at both ends or at none: one sentence for each node of `rotated` that cannot
// get new keys, because it or a peer is left out.
std::vector<Said> find_half_rotations(const Mesh& mesh, const std::set<std::string>& rotated,
                                      const std::set<std::string>& left_out);

// What the user should know of the mesh as a whole: a small or held MTU, doubtful settings, nodes
// that vanished from the mesh file.
std::vector<Said> warnings_of(const Mesh& mesh, const Facts& facts, const SegmentMtu& mtu);

}  // namespace wgmesh
