// A mesh in the words of the usual tools, as one would write them down: `wg setconf`, and `ip -batch` with an `ip link
// add` and two `ip link set` for each port.
#pragma once

#include <string>

#include "agent/state/state.h"

namespace wgmesh {

// Writes wg.conf, up.batch and down.batch. The device is to be there before: `ip link add NAME type wireguard`.
void write_words(const State& state, const std::string& folder);

}  // namespace wgmesh
