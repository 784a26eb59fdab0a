#include "agent/state/diff.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "agent/state/diff_parts.h"

namespace wgmesh {
namespace {

// Deleting a group costs half of deleting its interfaces by name, but takes a dump to check its
// members.
constexpr std::size_t kWorthAGroup = 3;
// Groups of ours are above this (common/naming.h); one below was set by somebody's hand.
constexpr std::uint32_t kHandMadeGroups = 1u << 16;

template <class StateType, class Visit>
void for_each_interface(StateType& state, Visit visit) {
  if (state.wireguard) { visit(state.wireguard->interface); }
  if (state.bridge) { visit(state.bridge->interface); }
  for (auto& [name, tunnel] : state.tunnels) { visit(tunnel.interface); }
}

// A name can belong to one interface at a time: altnames that another interface is to have go
// first.
void free_altnames(const State& desired, State& now, Changes& changes) {
  std::map<std::string, std::string> owners;  // interface by wanted name
  for_each_interface(desired, [&](const Interface& interface) {
    owners[interface.name] = interface.name;
    for (const std::string& altname : interface.altnames) { owners[altname] = interface.name; }
  });
  for_each_interface(now, [&](Interface& interface) {
    std::erase_if(interface.altnames, [&](const std::string& altname) {
      auto owner = owners.find(altname);
      if (owner == owners.end() || owner->second == interface.name) { return false; }
      changes.first.push_back(RemoveAltname{interface.name, altname});
      return true;
    });
  });
}

// Whether an interface above the port has another MTU than it is to have. What is lowered with the
// port in this very change counts as lowered.
bool differs_above(const ForeignPort& now, const SetInterface& set,
                   const std::pair<std::string, std::uint32_t>& wanted) {
  const auto found =
      std::ranges::find(now.above, wanted.first, &std::pair<std::string, std::uint32_t>::first);
  if (found == now.above.end()) { return false; }
  return found->second != wanted.second || (set.mtu && *set.mtu < wanted.second);
}

// Foreign ports that leave the bridge do so before anything changes in it, those that join come
// last.
void diff_foreign_ports(const State& desired, const State& observed, bool joining,
                        Changes& changes) {
  for (const auto& [name, port] : desired.foreign_ports) {
    const bool joins = desired.bridge && port.master == desired.bridge->interface.name;
    if (joins != joining) { continue; }
    auto found = observed.foreign_ports.find(name);
    const bool known = found != observed.foreign_ports.end();
    SetInterface set{.name = name};
    if (!known || port.mtu != found->second.mtu) { set.mtu = port.mtu; }
    if (!known || port.master != found->second.master) { set.master = port.master; }
    if (!known || port.up != found->second.up) { set.up = port.up; }
    if (changes_anything(set)) { changes.first.push_back(set); }
    if (joins || !known) { continue; }
    for (const auto& above : port.above) {
      if (differs_above(found->second, set, above)) {
        changes.first.push_back(SetInterface{.name = above.first, .mtu = above.second});
      }
    }
  }
}

SetWireguard silence(const std::string& device) {
  return {.name = device, .private_key = no_key(), .listen_port = 0};
}

// A device of the tool before this one falls silent before ours takes its port and its key, and is
// given both back when ours has let go of them. A device that is gone cannot be made again. Neither
// device goes down: its tunnels would send in plain (see diff.h).
void diff_predecessors(const State& desired, const State& observed, Changes& changes) {
  bool is_ours_silent = !observed.wireguard || desired.wireguard;
  for (const auto& [name, device] : observed.predecessors) {
    const auto wanted = desired.predecessors.find(name);
    if (wanted == desired.predecessors.end()) {
      if (device.private_key) { changes.first.push_back(silence(name)); }
      changes.deletions.push_back(DeleteInterface{name, true});
      continue;
    }
    if (device == wanted->second) { continue; }
    if (!std::exchange(is_ours_silent, true) && observed.wireguard->private_key) {
      changes.first.push_back(silence(observed.wireguard->interface.name));
    }
    changes.first.push_back(
        SetWireguard{.name = name,
                     .private_key = wanted->second.private_key.value_or(no_key()),
                     .listen_port = wanted->second.listen_port});
  }
}

std::vector<Interface> interfaces_to_delete(const State& desired, const State& now) {
  std::vector<Interface> interfaces;
  for (const auto& [name, tunnel] : now.tunnels) {
    if (!desired.tunnels.contains(name)) { interfaces.push_back(tunnel.interface); }
  }
  if (now.bridge && !desired.bridge) { interfaces.push_back(now.bridge->interface); }
  if (now.wireguard && !desired.wireguard) { interfaces.push_back(now.wireguard->interface); }
  return interfaces;
}

// By group where the whole mesh goes: a group that keeps a member cannot be deleted. Interfaces in
// another group (ours by alias) go by name.
void delete_interfaces(const State& desired, const State& now, Changes& changes) {
  const bool all_go = !desired.wireguard && !desired.bridge && desired.tunnels.empty();
  std::map<std::uint32_t, std::set<std::string>> groups;
  const std::vector<Interface> interfaces = interfaces_to_delete(desired, now);
  for (const Interface& interface : interfaces) {
    if (all_go && interface.group > kHandMadeGroups) {
      groups[interface.group].insert(interface.name);
    }
  }
  std::erase_if(groups, [](const auto& group) { return group.second.size() < kWorthAGroup; });
  for (const Interface& interface : interfaces) {
    if (groups.contains(interface.group)) { continue; }
    const bool has_peers = now.wireguard && interface.name == now.wireguard->interface.name;
    changes.deletions.push_back(DeleteInterface{interface.name, has_peers});
  }
  for (auto& [group, members] : groups) {
    changes.deletions.push_back(DeleteGroup{group, std::move(members)});
  }
}

using Above = std::vector<std::pair<std::string, std::uint32_t>>;

// Interfaces that only one of the two knows are nobody's to give back.
void keep_common(Above& wanted, Above& found) {
  const auto lacks = [](const Above& interfaces) {
    return [&interfaces](const auto& interface) {
      return std::ranges::find(interfaces, interface.first, &Above::value_type::first) ==
             interfaces.end();
    };
  };
  std::erase_if(wanted, lacks(found));
  std::erase_if(found, lacks(wanted));
}

}  // namespace

std::vector<Operation> diff(const State& desired, const State& observed) {
  Changes changes;
  State now = observed;
  diff_predecessors(desired, observed, changes);
  diff_foreign_ports(desired, observed, false, changes);
  detach_tunnels(desired, now, changes);
  free_altnames(desired, now, changes);
  if (desired.wireguard) { diff_wireguard(*desired.wireguard, now.wireguard, changes); }
  if (desired.bridge) { diff_bridge(*desired.bridge, now.bridge, now.limits, changes); }
  diff_tunnels(desired, now, changes);
  diff_foreign_ports(desired, observed, true, changes);
  if (desired.bridge) { raise_bridge(*desired.bridge, now.bridge, changes); }
  delete_interfaces(desired, now, changes);
  // Names come when their addresses are there. They go last of all: a fault of /etc/hosts shall
  // leave no interface behind.
  for (Operation& operation : diff_of_hosts(desired.hosts, observed.hosts)) {
    auto& part = is_deletion(operation) ? changes.deletions : changes.first;
    part.push_back(std::move(operation));
  }

  std::ranges::move(changes.deletions, std::back_inserter(changes.first));
  return std::move(changes.first);
}

std::vector<Operation> diff_of_hosts(const std::optional<HostsBlock>& desired,
                                     const std::optional<HostsBlock>& observed) {
  if (desired == observed) { return {}; }
  if (desired) { return {SetHosts{*desired, !observed}}; }
  return {RemoveHosts{observed->mesh}};
}

std::size_t first_deletion(const std::vector<Operation>& operations) {
  auto last_change = std::find_if(operations.rbegin(), operations.rend(),
                                  [](const Operation& each) { return !is_deletion(each); });
  return static_cast<std::size_t>(operations.rend() - last_change);
}

bool matches(const State& desired, const State& observed) {
  State found = observed;
  if (desired.bridge && found.bridge) {
    for (auto time : kBridgeTimes) {
      const std::uint32_t wanted = (*desired.bridge).*time;
      std::uint32_t& now = (*found.bridge).*time;
      if (!time_differs(wanted, now)) { now = wanted; }
    }
    if (found.limits.fixed_settings || found.limits.no_ipv6) {
      found.bridge->accepts_router_advertisements = desired.bridge->accepts_router_advertisements;
    }
  }
  if (desired.wireguard && found.wireguard) {
    for (auto& [key, peer] : found.wireguard->peers) {
      auto wanted = desired.wireguard->peers.find(key);
      if (wanted != desired.wireguard->peers.end() && !wanted->second.endpoint) {
        peer.endpoint.reset();
      }
    }
  }
  for (auto& [name, tunnel] : found.tunnels) {
    auto wanted = desired.tunnels.find(name);
    if (wanted == desired.tunnels.end()) { continue; }
    if (wanted->second.path_cost == 0) { tunnel.path_cost = 0; }
    if (found.limits.no_ipv6) { tunnel.generates_link_local = wanted->second.generates_link_local; }
  }
  std::erase_if(found.foreign_ports,
                [&](const auto& port) { return !desired.foreign_ports.contains(port.first); });
  found.limits = desired.limits;
  State wanted = desired;
  for (auto& [name, port] : found.foreign_ports) {
    keep_common(wanted.foreign_ports.at(name).above, port.above);
  }
  return found == wanted;
}

}  // namespace wgmesh
