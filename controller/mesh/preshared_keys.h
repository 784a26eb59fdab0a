// Which preshared keys are to be made, and by whom, from the proofs that nodes have told. Pure: knows
// no key.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "controller/mesh/facts.h"
#include "controller/mesh/mesh.h"

namespace wgmesh {

// Pairs whose ends do not hold the same preshared key, or of which one is in `rotated`, and who
// shall make it: by maker, the peers. Of a node that is new to the mesh, each end makes the keys of
// about half of the pairs: all nodes wait for the one that makes most.
std::map<std::string, std::vector<std::string>> preshared_keys_to_make(
    const Mesh& mesh, const Facts& facts, const std::set<std::string>& rotated = {});

}  // namespace wgmesh
