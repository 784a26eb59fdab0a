#include "agent/state/observed.h"

#include <algorithm>

#include "agent/state/diff.h"

namespace wgmesh {

void fill_in(Bridge& observed, const Bridge& known) {
  for (auto time : kBridgeTimes) {
    if (observed.*time == kTimeUnknown) { observed.*time = known.*time; }
  }
}

bool lacks_times(const State& observed) {
  return observed.bridge && std::ranges::any_of(kBridgeTimes, [&](auto time) {
           return (*observed.bridge).*time == kTimeUnknown;
         });
}

void fill_in_times(State& observed, const std::optional<proto::Plan>& committed) {
  if (!observed.bridge || !committed) { return; }
  const proto::Bridge& planned = committed->bridge();
  fill_in(*observed.bridge, {.forward_delay = planned.forward_delay() * 100,
                             .hello_time = planned.hello_time() * 100,
                             .max_age = planned.max_age() * 100,
                             .ageing = planned.ageing() * 100});
}

void fill_in_adopted(State& observed, const Scope& scope) {
  const bool is_adopted = observed.bridge && observed.bridge->interface.alias.empty() &&
                          scope.adopted.contains(observed.bridge->interface.name);
  if (is_adopted) { fill_in(*observed.bridge, Bridge{}); }
}

bool is_unchanged(const State& before, const State& now) {
  State expected = with_live_endpoints(before, now);
  expected.foreign_ports.clear();
  expected.hosts = now.hosts;
  return matches(expected, now);
}

State with_live_endpoints(State wanted, const State& observed) {
  if (!wanted.wireguard || !observed.wireguard) { return wanted; }
  for (auto& [key, peer] : wanted.wireguard->peers) {
    const auto live = observed.wireguard->peers.find(key);
    if (live != observed.wireguard->peers.end() && live->second.endpoint) {
      peer.endpoint = live->second.endpoint;
    }
  }
  return wanted;
}

}  // namespace wgmesh
