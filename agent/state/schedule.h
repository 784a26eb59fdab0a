// The one list of a change: every operation, and the step of the transaction that carries it out.
// The list that the user is shown is the list that is applied. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "agent/state/operation.h"
#include "agent/state/state.h"

namespace wgmesh {

// In the order of the steps.
enum class Due : std::uint8_t {
  kApply,   // adds, changes and silences. In a rotation new peers come without anything that makes
            // them talk: they stand beside the peers in use
  kSwitch,  // only in a rotation: allowed IPs, then the private key
  kCall,    // only in a rotation: endpoints and keepalives of the new peers that this end calls
  kCommit,  // endpoints and keepalives of new peers that call this end (first_contact.h); deletions
};

struct ScheduledOperation {
  Operation operation;
  Due due = Due::kApply;
  bool operator==(const ScheduledOperation&) const = default;
};
// In the order in which the operations are carried out.
using Schedule = std::vector<ScheduledOperation>;

// diff(desired, observed), with the operations that wait marked. A peer of which only a part waits
// has one operation for each part. `rotates`: keys change, and both states have a WireGuard device;
// what is due at the switch is one operation for all peers, then one for the device, because
// nobody hears anybody in between. Allowed IPs go first: a packet to an old peer under the new key
// is understood where the new peer is staged, and the answer comes under a key that is about to go.
Schedule schedule(const State& desired, const State& observed, bool rotates);

// The operations that are still to do on the way from `before` to `desired`, if the kernel is
// `now`.
Schedule what_is_left(const State& desired, const State& before, const State& now, bool rotates);

std::vector<Operation> operations_due(const Schedule& all, Due due);

}  // namespace wgmesh
