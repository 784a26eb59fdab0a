#include "tests/support/agent/fake_kernel.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "agent/netlink/netlink_error.h"
#include "agent/state/hosts_block.h"
#include "common/naming.h"

namespace wgmesh {
namespace {

constexpr std::uint32_t kDefaultPathCost = 100;
constexpr std::uint32_t kMinIpv6Mtu = 1280;
constexpr std::uint32_t kComputedMtu = 1434;  // what ip6gretap arrives at when its ends change
constexpr std::uint16_t kRandomPort = 40000;

[[noreturn]] void refuse(int error_number, std::string extended_ack = {}) {
  throw NetlinkError(error_number, std::move(extended_ack));
}

bool is_ipv6(const Prefix& prefix) { return prefix.address.family == Family::kIpv6; }

// The kernel counts in its own ticks (250 Hz here), so some values come back one hundredth less.
std::uint32_t rounded(std::uint32_t hundredths) { return (hundredths * 250 / 100) * 100 / 250; }

void check_range(std::uint32_t value, std::uint32_t lowest, std::uint32_t highest) {
  if (value < lowest || value > highest) { refuse(ERANGE); }
}

}  // namespace

void FakeKernel::apply(std::span<const Operation> operations,
                       const std::function<void(std::size_t)>& done) {
  for (std::size_t i = 0; i < operations.size(); ++i) {
    try {
      apply(operations[i]);
    } catch (Error& error) {
      error.add_context(describe(operations[i]));
      throw;
    }
    if (done) { done(i + 1); }
  }
}

void FakeKernel::apply(const Operation& operation) {
  std::visit([this](const auto& each) { start(each); }, operation);
}

FakeInterface& FakeKernel::put(FakeInterface interface) {
  const std::string name = interface.name;
  return interfaces_[name] = std::move(interface);
}

// ---- names ----

FakeInterface& FakeKernel::find(const std::string& name) {
  auto found = interfaces_.find(name);
  if (found == interfaces_.end()) { refuse(ENODEV); }
  return found->second;
}

bool FakeKernel::is_name_in_use(const std::string& name) const {
  return std::ranges::any_of(interfaces_, [&](const auto& each) {
    return each.first == name || each.second.altnames.contains(name);
  });
}

void FakeKernel::check_new_name(const std::string& name) const {
  if (name.empty() || name.size() > kMaxInterfaceName || name.find('/') != std::string::npos) {
    refuse(EINVAL);
  }
  if (is_name_in_use(name)) { refuse(EEXIST); }
}

void FakeKernel::start(const AddAltname& add) {
  FakeInterface& interface = find(add.name);
  if (is_name_in_use(add.altname)) { refuse(EEXIST); }
  interface.altnames.insert(add.altname);
}

void FakeKernel::start(const RemoveAltname& remove) {
  if (find(remove.name).altnames.erase(remove.altname) == 0) { refuse(EINVAL); }
}

// ---- creating and changing interfaces ----

void FakeKernel::start(const CreateWireguard& create) {
  check_new_name(create.name);
  put({.name = create.name, .kind = "wireguard", .group = create.group, .mtu = create.mtu});
}

void FakeKernel::start(const CreateBridge& create) {
  check_new_name(create.name);
  put({.name = create.name,
       .kind = "bridge",
       .group = create.group,
       .mac = create.mac,
       .accepts_router_advertisements = new_interfaces_take_advertisements});
}

void FakeKernel::start(const CreateTunnel& create) {
  check_new_name(create.name);
  FakeInterface tunnel{.name = create.name,
                       .kind = std::string(kind_name(create.kind)),
                       .group = create.group,
                       .mtu = create.mtu,
                       .mac = create.mac,
                       .local = create.local,
                       .remote = create.remote,
                       .path_mtu_discovery = create.path_mtu_discovery,
                       .ignore_df = create.ignore_df};
  check_tunnel(tunnel);
  if (!create.master.empty()) { find(create.master); }
  set_master(put(std::move(tunnel)), create.master);
}

void FakeKernel::check_tunnel(const FakeInterface& tunnel) const {
  const Family family = tunnel.kind == "gretap" ? Family::kIpv4 : Family::kIpv6;
  if (tunnel.local.family != family || tunnel.remote.family != family) { refuse(EINVAL); }
  if (tunnel.path_mtu_discovery && tunnel.ignore_df) { refuse(EINVAL); }
  for (const auto& [name, other] : interfaces_) {
    if (name != tunnel.name && other.kind == tunnel.kind && other.local == tunnel.local &&
        other.remote == tunnel.remote) {
      refuse(EEXIST);
    }
  }
}

void FakeKernel::start(const SetTunnel& set) {
  FakeInterface& interface = find(set.name);
  if (interface.kind != kind_name(set.kind)) { refuse(EOPNOTSUPP); }
  // The wanted path-MTU discovery meets the present ignore_df.
  if (set.path_mtu_discovery && interface.ignore_df) { refuse(EINVAL); }
  FakeInterface changed = interface;
  changed.local = set.local;
  changed.remote = set.remote;
  changed.path_mtu_discovery = set.path_mtu_discovery;
  changed.ignore_df = set.ignore_df;
  check_tunnel(changed);
  if (interface.kind == "ip6gretap") { changed.mtu = kComputedMtu; }
  interface = std::move(changed);
}

// In the kernel's order: a port's own settings before master, flags last but for address
// generation.
void FakeKernel::start(const SetInterface& set) {
  FakeInterface& interface = find(set.name);
  if ((set.isolated || set.path_cost) && interface.master.empty()) { refuse(EOPNOTSUPP); }
  if (set.path_cost) { check_range(*set.path_cost, 1, 65535); }
  if (set.generates_link_local && limits.no_ipv6) { refuse(EAFNOSUPPORT); }
  if (set.isolated) { interface.isolated = *set.isolated; }
  if (set.path_cost) { interface.path_cost = *set.path_cost; }
  if (set.mac) { interface.mac = *set.mac; }
  if (set.mtu) { set_mtu(interface, *set.mtu); }
  if (set.group) { interface.group = *set.group; }
  if (set.alias) { interface.alias = *set.alias; }
  if (set.master) { set_master(interface, *set.master); }
  if (set.up) { set_up(interface, *set.up); }
  if (set.generates_link_local) { interface.generates_link_local = *set.generates_link_local; }
}

void FakeKernel::set_mtu(FakeInterface& interface, std::uint32_t mtu) {
  if (mtu < 68 || mtu > 65535) { refuse(EINVAL, "mtu less than device minimum"); }
  if (mtu == interface.mtu) {
    return;  // and so is not set by hand
  }
  if (!interface.parent.empty() && mtu > find(interface.parent).mtu) { refuse(ERANGE); }
  interface.mtu = mtu;
  if (interface.kind == "bridge") { interface.mtu_is_set_by_hand = true; }
  if (mtu < kMinIpv6Mtu) { std::erase_if(interface.addresses, is_ipv6); }
  // Downwards only.
  for (auto& [name, other] : interfaces_) {
    if (other.parent == interface.name && other.mtu > mtu) { set_mtu(other, mtu); }
  }
  if (!interface.master.empty()) { follow_ports(find(interface.master)); }
}

void FakeKernel::follow_ports(FakeInterface& bridge) {
  if (bridge.mtu_is_set_by_hand) { return; }
  std::uint32_t least = 0;
  for (const auto& [name, interface] : interfaces_) {
    if (interface.master == bridge.name && (least == 0 || interface.mtu < least)) {
      least = interface.mtu;
    }
  }
  bridge.mtu = least == 0 ? 1500 : least;
}

void FakeKernel::set_master(FakeInterface& interface, const std::string& master) {
  if (interface.master == master) { return; }
  if (!master.empty()) {
    if (find(master).kind != "bridge") { refuse(EOPNOTSUPP); }
    if (interface.kind == "bridge") { refuse(ELOOP, "Can not enslave a bridge to a bridge"); }
    if (interface.kind == "wireguard") { refuse(EINVAL); }
  }
  leave_master(interface);
  if (master.empty()) { return; }
  interface.master = master;
  interface.path_cost = kDefaultPathCost;
  follow_ports(find(master));
}

void FakeKernel::leave_master(FakeInterface& interface) {
  if (interface.master.empty()) { return; }
  FakeInterface& bridge = find(std::exchange(interface.master, {}));
  interface.isolated = false;
  interface.path_cost = 0;
  follow_ports(bridge);
}

void FakeKernel::set_up(FakeInterface& interface, bool up) {
  if (interface.up && !up) { std::erase_if(interface.addresses, is_ipv6); }
  if (!interface.up && up && interface.kind == "wireguard") {
    if (interface.wireguard.listen_port == 0) { interface.wireguard.listen_port = kRandomPort; }
    check_port(interface);
  }
  interface.up = up;
}

void FakeKernel::check_port(const FakeInterface& device) const {
  for (const auto& [name, other] : interfaces_) {
    if (name != device.name && other.kind == "wireguard" && other.up &&
        other.wireguard.listen_port == device.wireguard.listen_port) {
      refuse(EADDRINUSE);
    }
  }
}

void FakeKernel::start(const DeleteInterface& remove_interface) {
  find(remove_interface.name);
  remove(remove_interface.name);
}

void FakeKernel::start(const DeleteGroup& remove_group) {
  std::vector<std::string> members;
  for (const auto& [name, interface] : interfaces_) {
    if (interface.group != remove_group.group) { continue; }
    if (!remove_group.members.contains(name)) {
      throw Error(Said{"", name + " is in the device group too", ""});
    }
    members.push_back(name);
  }
  for (const std::string& name : members) { remove(name); }
}

void FakeKernel::remove(const std::string& name) {
  leave_master(find(name));
  for (auto& [port_name, port] : interfaces_) {
    if (port.master == name) { leave_master(port); }
  }
  interfaces_.erase(name);
}

// ---- /etc/hosts ----

void FakeKernel::check_hosts(const std::string& mesh) const {
  if (is_hosts_fixed) { refuse(EROFS); }
  const auto damage = hosts_file ? find_hosts_damage(*hosts_file, mesh) : std::nullopt;
  if (damage) { throw Error(*damage); }
}

void FakeKernel::start(const SetHosts& set) {
  check_hosts(set.block.mesh);
  hosts_file = with_hosts_block(hosts_file, set.block);
}

void FakeKernel::start(const RemoveHosts& remove_hosts) {
  check_hosts(remove_hosts.mesh);
  if (hosts_file) { hosts_file = without_hosts_block(*hosts_file, remove_hosts.mesh); }
}

// ---- bridge ----

void FakeKernel::start(const SetBridge& set) {
  FakeInterface& interface = find(set.name);
  if (interface.kind != "bridge") { refuse(EOPNOTSUPP); }
  Bridge& bridge = interface.bridge;
  if (set.forward_delay) {
    if (bridge.stp) { check_range(*set.forward_delay, 200, 3000); }
    bridge.forward_delay = rounded(*set.forward_delay);
  }
  if (set.hello_time) {
    check_range(*set.hello_time, 100, 1000);
    bridge.hello_time = rounded(*set.hello_time);
  }
  if (set.max_age) {
    check_range(*set.max_age, 600, 4000);
    bridge.max_age = rounded(*set.max_age);
  }
  if (set.ageing) { bridge.ageing = rounded(*set.ageing); }
  if (set.stp) {
    bridge.stp = *set.stp;
    if (bridge.stp) { bridge.forward_delay = std::clamp(bridge.forward_delay, 200u, 3000u); }
  }
  if (set.priority) { bridge.priority = *set.priority; }
}

void FakeKernel::start(const SetRouterAdvertisements& set) {
  bool& accepts = find(set.name).accepts_router_advertisements;
  if (accepts == set.accept) { return; }
  if (limits.no_ipv6) { refuse(ENOENT); }
  if (limits.fixed_settings) { refuse(EROFS); }
  accepts = set.accept;
}

// ---- addresses ----

void FakeKernel::start(const AddAddress& add) {
  FakeInterface& interface = find(add.name);
  if (is_ipv6(add.address) && limits.no_ipv6) { refuse(EAFNOSUPPORT); }
  if (is_ipv6(add.address) && interface.mtu < kMinIpv6Mtu) { refuse(EINVAL, "IPv6 is disabled"); }
  // An IPv6 address that is there is only touched: its prefix length stays.
  const bool is_there = std::ranges::any_of(interface.addresses, [&](const Prefix& address) {
    return address == add.address || (is_ipv6(address) && address.address == add.address.address);
  });
  if (!is_there) { interface.addresses.push_back(add.address); }
}

void FakeKernel::start(const RemoveAddress& remove_address) {
  FakeInterface& interface = find(remove_address.name);
  const Prefix& gone = remove_address.address;
  auto found = std::ranges::find(interface.addresses, gone);
  if (found == interface.addresses.end()) { return; }
  auto in_subnet = [&](const Prefix& address) {
    return !is_ipv6(address) && network_of(address) == network_of(gone);
  };
  const bool is_primary = std::find_if(interface.addresses.begin(), found, in_subnet) == found;
  interface.addresses.erase(found);
  if (!is_ipv6(gone) && is_primary) { std::erase_if(interface.addresses, in_subnet); }
}

// ---- WireGuard ----

void FakeKernel::start(const SetWireguard& set) {
  FakeInterface& interface = find(set.name);
  if (interface.kind != "wireguard") { refuse(EOPNOTSUPP); }
  Wireguard& device = interface.wireguard;
  if (set.private_key) {
    const bool clears = set.private_key->is_zero();
    device.private_key = clears ? std::nullopt : std::optional(set.private_key->clamped());
    if (!clears) { device.peers.erase(public_key_of(*set.private_key)); }
  }
  if (set.listen_port) {
    device.listen_port = *set.listen_port == 0 && interface.up ? kRandomPort : *set.listen_port;
    if (interface.up) { check_port(interface); }
  }
  if (set.fwmark) { device.fwmark = *set.fwmark; }
  for (const PeerUpdate& update : set.peers) { set_peer(device, update); }
}

void FakeKernel::start(const NoScatterGather& change) { find(change.name); }

void FakeKernel::set_peer(Wireguard& device, const PeerUpdate& update) {
  auto found = device.peers.find(update.public_key);
  if (update.remove) {
    if (found != device.peers.end()) { device.peers.erase(found); }
    latest_handshakes.erase(update.public_key);
    return;
  }
  if (found == device.peers.end()) {
    if (update.update_only) { return; }
    if (device.private_key && public_key_of(*device.private_key) == update.public_key) { return; }
  }
  WireguardPeer& peer = device.peers[update.public_key];
  if (update.preshared_key) { peer.preshared_key = *update.preshared_key; }
  if (update.endpoint) { peer.endpoint = update.endpoint; }
  if (update.persistent_keepalive) { peer.persistent_keepalive = *update.persistent_keepalive; }
  if (!update.allowed_ips) { return; }
  peer.allowed_ips.clear();
  for (const Prefix& prefix : *update.allowed_ips) {
    for (auto& [key, other] : device.peers) { other.allowed_ips.erase(network_of(prefix)); }
    peer.allowed_ips.insert(network_of(prefix));
  }
}

}  // namespace wgmesh
