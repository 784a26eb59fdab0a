// What is wrong with a mesh that runs, and why, from what its nodes say and measure. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/node_state.h"
#include "controller/mesh/measurements.h"
#include "controller/mesh/mesh.h"
#include "proto/session.pb.h"
#include "proto/status.pb.h"

namespace wgmesh {

// By the clock of the node whose `status` has the peer.
inline bool is_live(const proto::Status& status, const proto::PeerStatus& peer) {
  return peer.latest_handshake() != 0 && status.time() - peer.latest_handshake() <= kLiveHandshake;
}

// What one node says of itself.
struct Examined {
  std::optional<proto::Status> status;
  std::optional<proto::Status> afterwards;  // when all have measured
  std::optional<proto::Hello> hello;
  std::string unreachable;            // why there is nothing
  std::chrono::seconds clock_skew{};  // its clock less the controller's
};

struct Examination {
  std::map<std::string, Examined> nodes;  // by name
  Measurements measured;
};

// A fault with its likely cause and, where there is one, the cure.
struct Finding {
  std::string where;  // a node, or a pair "a-b"; empty: the mesh
  std::string what;
  std::string cause;  // may be empty
  std::string id;     // of what it says, as docs/messages.md lists them

  bool operator==(const Finding&) const = default;
};

// Faults of nodes first, then of pairs, in file order; one for a pair, the deepest that explains
// it.
std::vector<Finding> diagnose(const Mesh& mesh, const Examination& examination);

}  // namespace wgmesh
