// Does the segment forward? Statuses of all nodes in, what is still missing out. Pure;
// await_forwarding waits.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "controller/mesh/link_name.h"
#include "controller/mesh/mesh.h"
#include "proto/status.pb.h"

namespace wgmesh {

using Statuses = std::map<std::string, proto::Status>;  // by node name

struct Missing {
  // Links without a first handshake: whatever STP does, these cannot carry a frame.
  // Without those whose endpoints were learned.
  std::vector<LinkName> handshakes;
  // What spanning tree has not settled yet, one phrase each: a link that does not forward between
  // two nodes that have no other way (with split horizon: any), a node that takes another bridge
  // for the root than the one with the lowest bridge ID among those it can reach.
  std::vector<std::string> tree;
  // The nodes at the ends of those links, and those that do not know the root: whom to ask again.
  std::set<std::string> unsettled;
  // Some node takes one for the root that was not asked. It may be so, or that one may be dead.
  bool root_was_not_asked = false;

  bool nothing() const { return handshakes.empty() && tree.empty(); }
};

// `statuses` holds the nodes that were asked, each with its peers and ports or, in short, with `links`; links to others
// are not looked at.
Missing missing_for_forwarding(const Mesh& mesh, const Statuses& statuses);

}  // namespace wgmesh
