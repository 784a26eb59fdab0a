// What a node lacks that the mesh needs, in words: what is missing, and what to do about it.
#pragma once

#include "common/said.h"
#include "controller/mesh/mesh.h"
#include "proto/session.pb.h"

namespace wgmesh {

Said words_of(const Mesh& mesh, const proto::Hello& hello, const proto::MissingFeature& missing);

}  // namespace wgmesh
