// New keys under traffic, in two parts: what can be put beside the keys in use without touching
// them, and the one message that puts it into use. Pure.
#pragma once

#include <vector>

#include "agent/operation.h"
#include "agent/state.h"

namespace wgmesh {

struct Rotation {
  // Between the two: `desired`, but for WireGuard, which has the new peers beside the old ones.
  // They have an endpoint and a preshared key, and neither allowed IPs nor a keepalive: nobody
  // talks to them yet.
  State staged;
  std::vector<Operation> staging;  // observed to staged
  SetWireguard switch_over;        // private key, allowed IPs and keepalives, at once
};

// `desired` and `observed` both have a WireGuard device.
Rotation rotation_of(const State& desired, const State& observed);

}  // namespace wgmesh
