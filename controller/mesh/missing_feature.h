// What a node lacks that the mesh needs, in words: what is missing, and what to do about it.
#pragma once

#include <string>

#include "controller/mesh/mesh.h"
#include "proto/session.pb.h"

namespace wgmesh {

struct MissingWords {
  std::string message;
  std::string cure;
};

MissingWords words_of(const Mesh& mesh, const proto::Hello& hello,
                      const proto::MissingFeature& missing);

}  // namespace wgmesh
