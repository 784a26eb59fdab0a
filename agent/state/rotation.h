// New keys under traffic, in three parts: what can be put beside the keys in use without touching
// them, what puts it into use, and the calls. Pure.
#pragma once

#include <vector>

#include "agent/state/operation.h"
#include "agent/state/state.h"

namespace wgmesh {

struct Rotation {
  // After `staging`: `desired`, but that WireGuard still has its own key, its port and the old
  // peers, and the new ones beside them, with a preshared key and nothing else: nobody talks to
  // them yet.
  State staged;
  std::vector<Operation> staging;  // observed to staged
  // Allowed IPs, then the private key, at once. In this order: what is sent to an old peer with the
  // new key is understood where that is staged, and answered with a key that goes in a moment.
  std::vector<Operation> switch_over;
  // Endpoints and keepalives of the new peers, for when these have switched too: a call to a key
  // that is not in use yet is not understood, and is tried again only after five seconds.
  std::vector<Operation> calls;
};

// `desired` and `observed` both have a WireGuard device.
Rotation rotation_of(const State& desired, const State& observed);

}  // namespace wgmesh
