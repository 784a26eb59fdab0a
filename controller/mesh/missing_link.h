// Why two nodes without an endpoint have no direct link, for people. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/said.h"
#include "controller/mesh/mesh.h"

namespace wgmesh {

struct MissingLink {
  LinkName pair;
  Said said;  // without the names; the cure says what to do
};

// "n1-n3 and n2-n3: no direct link: …; forward …": pairs of which the same is to be said share a line.
std::vector<std::string> sentences_of(const std::vector<MissingLink>& missing);

// Of a learnable pair without a link.
MissingLink missing_link(const Mesh& mesh, const LinkName& pair);
// Of every such pair of `mesh`, in file order.
std::vector<MissingLink> missing_links(const Mesh& mesh);

}  // namespace wgmesh
