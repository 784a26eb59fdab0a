#include "agent/state/diff_parts.h"

namespace wgmesh {
namespace {

constexpr std::uint32_t kNewBridgeMtu = 1500;

std::optional<std::uint32_t> known(std::uint32_t time) {
  return time == kTimeUnknown ? std::nullopt : std::optional(time);
}

SetBridge bridge_changes(const Bridge& desired, const Bridge& now) {
  SetBridge set{.name = desired.interface.name};
  if (desired.stp && !now.stp) { set.stp = true; }
  if (desired.priority != now.priority) { set.priority = desired.priority; }
  if (time_differs(desired.forward_delay, now.forward_delay)) {
    set.forward_delay = desired.forward_delay;
  }
  if (time_differs(desired.hello_time, now.hello_time)) { set.hello_time = desired.hello_time; }
  if (time_differs(desired.max_age, now.max_age)) { set.max_age = desired.max_age; }
  if (time_differs(desired.ageing, now.ageing)) { set.ageing = desired.ageing; }
  return set;
}

SetBridge every_setting(const Bridge& desired) {
  return {.name = desired.interface.name,
          .stp = desired.stp,
          .priority = desired.priority,
          .forward_delay = known(desired.forward_delay),
          .hello_time = known(desired.hello_time),
          .max_age = known(desired.max_age),
          .ageing = known(desired.ageing)};
}

}  // namespace

bool time_differs(std::uint32_t desired, std::uint32_t now) {
  if (desired == kTimeUnknown || now == kTimeUnknown) { return false; }
  return desired > now ? desired - now > 1 : now - desired > 1;
}

// The MTU has to be set by hand once, or it follows the ports; it counts as set by hand only when
// it changes, so one that is right by chance is first set to another (a larger one: below 1280 the
// kernel drops IPv6). The alias comes in the same message: a bridge with the alias has an MTU that
// stays.
void diff_bridge(const Bridge& desired, const std::optional<Bridge>& observed, const Limits& limits,
                 Changes& changes) {
  const Interface& interface = desired.interface;
  Bridge now;
  if (observed) {
    now = *observed;
  } else {
    changes.first.push_back(CreateBridge{interface.name, interface.group, desired.mac});
    now.interface = {.name = interface.name, .group = interface.group, .mtu = kNewBridgeMtu};
    now.mac = desired.mac;
  }

  const bool follows_ports = !observed || (now.interface.alias.empty() && !interface.alias.empty());
  const bool may_be_right =
      observed || now.interface.mtu == interface.mtu;  // ports may have left by now
  if (follows_ports && may_be_right) {
    now.interface.mtu = interface.mtu + 1;
    changes.first.push_back(SetInterface{.name = interface.name, .mtu = now.interface.mtu});
  }
  SetInterface set = interface_changes(interface, now.interface);
  if (desired.mac != now.mac) { set.mac = desired.mac; }
  if (set.up) { forget_ipv6(now.addresses); }
  if (changes_anything(set)) { changes.first.push_back(set); }

  SetBridge settings = observed ? bridge_changes(desired, now) : every_setting(desired);
  if (settings != SetBridge{.name = settings.name}) { changes.first.push_back(settings); }
  // Of a new bridge it depends on the node's defaults, so it is always said.
  const bool accepts = desired.accepts_router_advertisements;
  const bool is_fixed = limits.fixed_settings || limits.no_ipv6;
  if (!is_fixed && (!observed || accepts != now.accepts_router_advertisements)) {
    changes.first.push_back(SetRouterAdvertisements{interface.name, accepts});
  }
  diff_addresses(interface.name, desired.addresses, now.addresses, changes);
  diff_altnames(interface, now.interface, changes);
}

void raise_bridge(const Bridge& desired, const std::optional<Bridge>& observed, Changes& changes) {
  if (observed && observed->stp && !desired.stp) {
    changes.first.push_back(SetBridge{.name = desired.interface.name, .stp = false});
  }
  if (desired.interface.up && !(observed && observed->interface.up)) {
    changes.first.push_back(SetInterface{.name = desired.interface.name, .up = true});
  }
}

}  // namespace wgmesh
