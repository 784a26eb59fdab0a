// Whether the machines that answered are those that the mesh file means. A mesh is told from others
// by its name, which a cloned machine and another team's file have as well; keys and peers tell
// more. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/said.h"
#include "controller/mesh/mesh.h"
#include "controller/mesh/planner.h"

namespace wgmesh {

struct Mistaken {
  std::string node;
  Said said;

  bool operator==(const Mistaken&) const = default;
};

// Nodes that have another node's public key, in file order: copies of its state. Where only one of
// them has a plan that was made for it, the others are the copies; else all are named.
std::vector<Mistaken> find_clones(const Mesh& mesh, const Facts& facts);

// Nodes on which the mesh of this name is that of another file, in file order: none of the peers
// that their stored plan has is one of ours (by name or, whatever it is called now, by key), and
// the node's own name or the network is another.
std::vector<Mistaken> find_strangers(const Mesh& mesh, const Facts& facts);

}  // namespace wgmesh
