// Whether this session takes over the mesh from wireguard-mesh, the tool before this one: it may, as
// long as no plan of the mesh was committed here.
#pragma once

#include <optional>

#include "agent/node/paths.h"
#include "agent/store/predecessor.h"
#include "agent/store/store.h"
#include "common/said.h"
#include "proto/session.pb.h"

namespace wgmesh {

struct Adoption {
  std::optional<Predecessor> predecessor;
  std::optional<Said> obstacle;  // there is one, and it cannot be taken over
};

// Never throws Error.
Adoption find_adoption(const Paths& paths, const proto::Open& open, const Loaded& loaded);

// What is stored, with the keys of the predecessor.
StoredMesh with_adopted_keys(StoredMesh stored, const Adoption& adoption);

void put_adoption(const Adoption& adoption, proto::Hello& hello);

}  // namespace wgmesh
