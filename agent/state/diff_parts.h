// The pieces of diff, one per noun; only diff.cc and the pieces include this. Each lists what its
// part of the node needs, given `now`: what was observed, as the operations listed so far have
// changed it. A new interface is its creating operation followed by the same steps as an existing
// one, from the values that creation leaves.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/state/operation.h"
#include "agent/state/state.h"

namespace wgmesh {

struct Changes {
  std::vector<Operation> first;      // adds, changes, silences
  std::vector<Operation> deletions;  // wait for commit
};

// What differs of an interface, but for altnames and for coming up, which is each noun's last step.
SetInterface interface_changes(const Interface& desired, const Interface& now);
bool changes_anything(const SetInterface& set);
void diff_altnames(const Interface& desired, const Interface& now, Changes& changes);
// `now` is what is there after going down, if the interface does: the kernel drops IPv6 addresses
// then.
void diff_addresses(const std::string& name, const std::set<Prefix>& desired,
                    const std::set<Prefix>& now, Changes& changes);
void forget_ipv6(std::set<Prefix>& addresses);

// Of a bridge's times, as kBridgeTimes has them: what the kernel rounds to its own clock comes back
// up to one USER_HZ tick off, and what is unknown differs from nothing.
bool time_differs(std::uint32_t desired, std::uint32_t now);

// WireGuard's way to say "no private key".
Secret no_key();

void diff_wireguard(const Wireguard& desired, const std::optional<Wireguard>& observed,
                    Changes& changes);

// Everything of the bridge that its ports rely on.
void diff_bridge(const Bridge& desired, const std::optional<Bridge>& observed, const Limits& limits,
                 Changes& changes);
// What must wait until the ports are in it: spanning tree off (they are isolated by then), up.
void raise_bridge(const Bridge& desired, const std::optional<Bridge>& observed, Changes& changes);

// Takes tunnels that `desired` has not out of the bridge and down, deletes the ones of another
// kind.
void detach_tunnels(const State& desired, State& now, Changes& changes);
void diff_tunnels(const State& desired, State& now, Changes& changes);

}  // namespace wgmesh
