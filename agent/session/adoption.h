// Whether this session takes over the mesh from wireguard-mesh, the tool before this one. It may if no
// plan of the mesh was committed here, or if the committed plan has the private key of that mesh:
// then a change that took it over was interrupted.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "agent/change/proposal.h"
#include "agent/node/paths.h"
#include "agent/store/predecessor.h"
#include "agent/store/store.h"
#include "common/said.h"
#include "proto/session.pb.h"

namespace wgmesh {

struct Adoption {
  std::optional<Predecessor> predecessor{};
  std::optional<Said> obstacle{};  // there is one, and it cannot be taken over
  std::optional<Said> unread{};    // see PredecessorSearch
  bool goes_on = false;            // it was committed here before, and interrupted

  // Interfaces that are the mesh's though they have no mark.
  std::set<std::string> interfaces() const;
};

// Never throws Error.
Adoption find_adoption(const Paths& paths, const proto::Open& open, const Loaded& loaded);

// What is stored; without a plan, with the keys of the predecessor.
StoredMesh with_adopted_keys(StoredMesh stored, const Adoption& adoption);

// `is_bridge_taken`: the bridge of the mesh is there, and has neither a mark nor a predecessor.
void put_adoption(const Adoption& adoption, bool is_bridge_taken, proto::Hello& hello);

// Makes `goal` take over the predecessor, if it is to bring the mesh up. Throws Refused if the
// predecessor would be lost by that, or a node that still belongs to it.
void adopt(const Adoption& adoption, const proto::Propose& wanted, WantedChange& goal);

}  // namespace wgmesh
