#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "agent/state/diff_parts.h"

namespace wgmesh {
namespace {

using Ends = std::tuple<TunnelKind, IpAddress, IpAddress>;
Ends ends_of(const Tunnel& tunnel) { return {tunnel.kind, tunnel.local, tunnel.remote}; }

IpAddress numbered(IpAddress base, unsigned number) {
  const std::size_t size = base.size();
  base.octets[size - 2] = static_cast<std::uint8_t>(number >> 8);
  base.octets[size - 1] = static_cast<std::uint8_t>(number);
  return base;
}

// Ends at which a tunnel harms nobody while another takes its own: frames towards these never leave
// the node (IPv4: loopback; IPv6: the discard prefix of RFC 6666, from an address that no node
// has).
Ends parked_ends(TunnelKind kind, unsigned number) {
  if (kind == TunnelKind::kGretap) {
    const IpAddress loopback{.family = Family::kIpv4, .octets = {127, 0, 0, 1}};
    return {kind, loopback, numbered(loopback, number)};
  }
  const IpAddress discard{.family = Family::kIpv6, .octets = {1}};
  return {kind, discard, numbered(discard, number)};
}

// Gives each tunnel its ends. The kernel allows no two tunnels with the same, not even for a
// moment, so a tunnel moves when its new ends are free; a holder that goes, or one of a circle, is
// parked first.
class Moves {
 public:
  Moves(const State& desired, State& now, Changes& changes)
      : desired_(desired), now_(now), changes_(changes) {
    for (const auto& [name, tunnel] : now.tunnels) { holders_[ends_of(tunnel)] = name; }
  }

  void list() {
    std::vector<std::string> waiting;
    for (const auto& [name, tunnel] : desired_.tunnels) {
      auto holder = holders_.find(ends_of(tunnel));
      if (holder != holders_.end() && !desired_.tunnels.contains(holder->second)) {
        park(now_.tunnels.at(holder->second));
      }
      auto found = now_.tunnels.find(name);
      if (found != now_.tunnels.end() && ends_of(found->second) != ends_of(tunnel)) {
        waiting.push_back(name);
      }
    }
    while (!waiting.empty()) {
      const std::size_t moved = std::erase_if(waiting, [this](const std::string& name) {
        const Tunnel& wanted = desired_.tunnels.at(name);
        if (holders_.contains(ends_of(wanted))) { return false; }
        move(now_.tunnels.at(name), ends_of(wanted));
        return true;
      });
      if (moved > 0) { continue; }
      const Tunnel& stuck = desired_.tunnels.at(waiting.front());
      park(now_.tunnels.at(holders_.at(ends_of(stuck))));
    }
  }

 private:
  void move(Tunnel& tunnel, const Ends& ends) {
    holders_.erase(ends_of(tunnel));
    std::tie(tunnel.kind, tunnel.local, tunnel.remote) = ends;
    holders_[ends] = tunnel.interface.name;
    changes_.first.push_back(SetTunnel{tunnel.interface.name, tunnel.kind, tunnel.local,
                                       tunnel.remote, tunnel.path_mtu_discovery, tunnel.ignore_df});
    tunnel.interface.mtu = 0;  // ip6gretap computes it anew
  }

  void park(Tunnel& tunnel) {
    Ends ends;
    do { ends = parked_ends(tunnel.kind, ++parked_); } while (holders_.contains(ends));
    move(tunnel, ends);
  }

  const State& desired_;
  State& now_;
  Changes& changes_;
  std::map<Ends, std::string> holders_;
  unsigned parked_ = 1;
};

// Path-MTU discovery and ignoring DF exclude each other, and the kernel compares the wanted one
// with the present other: both off in between.
void diff_flags(const Tunnel& desired, Tunnel& now, Changes& changes) {
  auto set = [&](bool discovery, bool ignore_df) {
    changes.first.push_back(SetTunnel{desired.interface.name, desired.kind, desired.local,
                                      desired.remote, discovery, ignore_df});
    now.interface.mtu = 0;
  };
  if (desired.path_mtu_discovery == now.path_mtu_discovery && desired.ignore_df == now.ignore_df) {
    return;
  }
  if (desired.path_mtu_discovery && now.ignore_df) { set(false, false); }
  set(desired.path_mtu_discovery, desired.ignore_df);
}

// Where the port joins its bridge, the port's own settings are a message of their own. There must
// be no moment in which frames can loop: a port that shall be isolated joins while it is down, and
// one that shall be no longer goes down and comes up again, through the listening state of the
// spanning tree.
void diff_tunnel(const Tunnel& desired, Tunnel now, Changes& changes) {
  const std::string& name = desired.interface.name;
  diff_flags(desired, now, changes);
  SetInterface set = interface_changes(desired.interface, now.interface);
  if (desired.mac != now.mac) { set.mac = desired.mac; }
  if (desired.generates_link_local != now.generates_link_local) {
    set.generates_link_local = desired.generates_link_local;
  }

  const bool is_port = !desired.interface.master.empty();
  const bool joins = is_port && set.master.has_value();
  if (joins) {
    now.isolated = false;
    now.path_cost = 0;
  }
  SetInterface port{.name = name};
  if (is_port && desired.isolated != now.isolated) { port.isolated = desired.isolated; }
  if (is_port && desired.path_cost != 0 && desired.path_cost != now.path_cost) {
    port.path_cost = desired.path_cost;
  }

  const bool could_loop = joins ? desired.isolated : is_port && now.isolated && !desired.isolated;
  if (could_loop && now.interface.up) {
    set.up.reset();
    changes.first.push_back(SetInterface{.name = name, .up = false});
    now.interface.up = false;
  }
  if (!joins) {
    set.isolated = port.isolated;
    set.path_cost = port.path_cost;
  }
  if (changes_anything(set)) { changes.first.push_back(set); }
  if (joins && changes_anything(port)) { changes.first.push_back(port); }
  diff_altnames(desired.interface, now.interface, changes);
  if (desired.interface.up && !now.interface.up) {
    changes.first.push_back(SetInterface{.name = name, .up = true});
  }
}

// Creates a tunnel and says what creation leaves; alias, isolation and address generation are
// ignored in a creating message.
Tunnel create(const Tunnel& desired, Changes& changes) {
  const Interface& interface = desired.interface;
  changes.first.push_back(CreateTunnel{
      .name = interface.name,
      .group = interface.group,
      .mtu = interface.mtu,
      .master = interface.master,
      .mac = desired.mac,
      .kind = desired.kind,
      .local = desired.local,
      .remote = desired.remote,
      .path_mtu_discovery = desired.path_mtu_discovery,
      .ignore_df = desired.ignore_df,
  });
  Tunnel now = desired;
  now.interface.alias.clear();
  now.interface.altnames.clear();
  now.interface.up = false;
  now.generates_link_local = true;
  now.isolated = false;
  now.path_cost = 0;
  return now;
}

void detach(Tunnel& tunnel, Changes& changes) {
  Interface& interface = tunnel.interface;
  SetInterface set{.name = interface.name};
  if (!interface.master.empty()) { set.master = ""; }
  if (interface.up) { set.up = false; }
  if (changes_anything(set)) { changes.first.push_back(set); }
  interface.master.clear();
  interface.up = false;
}

}  // namespace

void detach_tunnels(const State& desired, State& now, Changes& changes) {
  for (auto& [name, tunnel] : now.tunnels) {
    if (!desired.tunnels.contains(name)) { detach(tunnel, changes); }
  }
}

void diff_tunnels(const State& desired, State& now, Changes& changes) {
  std::erase_if(now.tunnels, [&](const auto& entry) {
    auto wanted = desired.tunnels.find(entry.first);
    if (wanted == desired.tunnels.end() || wanted->second.kind == entry.second.kind) {
      return false;
    }
    changes.first.push_back(DeleteInterface{entry.first});
    return true;
  });
  Moves(desired, now, changes).list();
  for (const auto& [name, tunnel] : desired.tunnels) {
    auto found = now.tunnels.find(name);
    Tunnel present = found == now.tunnels.end() ? create(tunnel, changes) : found->second;
    if (now.limits.no_ipv6) { present.generates_link_local = tunnel.generates_link_local; }
    diff_tunnel(tunnel, std::move(present), changes);
  }
}

}  // namespace wgmesh
