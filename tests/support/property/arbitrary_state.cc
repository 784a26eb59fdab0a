#include "tests/support/property/arbitrary_state.h"

#include <algorithm>
#include <ostream>
#include <vector>

#include "agent/state/diff.h"
#include "common/naming.h"

namespace wgmesh {
namespace {

constexpr int kNodes = 6;

template <class Value>
Value one_of(std::vector<Value> values) {
  return *rc::gen::elementOf(std::move(values));
}
int number(int lowest, int beyond) { return *rc::gen::inRange(lowest, beyond); }
bool in_a_hundred(int chance) { return number(0, 100) < chance; }

Secret secret_of(int number) {
  std::array<std::uint8_t, kKeySize> octets{};
  octets.fill(static_cast<std::uint8_t>(0x40 + number));  // a multiple of 8: clamped
  return Secret::from_octets(octets);
}

PublicKey peer_key(int number) {
  PublicKey key;
  key.octets.fill(static_cast<std::uint8_t>(number + 1));
  return key;
}

IpAddress ip(const std::string& text) { return parse_ip(text).value(); }
Prefix prefix(const std::string& text) { return parse_prefix(text).value(); }
MacAddress mac(int number) { return {{2, 0, 0, 0, 0, static_cast<std::uint8_t>(number)}}; }
std::string tunnel(int node) { return "gt-m-n" + std::to_string(node); }

// 0 to count-1 in random order.
std::vector<int> shuffled(int count) {
  std::vector<int> left(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) { left[static_cast<std::size_t>(i)] = i; }
  for (int i = count - 1; i > 0; --i) {
    std::swap(left[static_cast<std::size_t>(i)], left[static_cast<std::size_t>(number(0, i + 1))]);
  }
  return left;
}

// How far a state may be from what plans ask for.
struct Looseness {
  int drift = 30;          // chance in a hundred that a flag or mark is not as planned
  int missing = 25;        // that a thing is not there
  bool has_marks = false;  // both, on every interface
};

class Builder {
 public:
  explicit Builder(Looseness looseness) : looseness_(looseness) {}

  State build() {
    State state;
    if (!is_missing()) { state.wireguard = wireguard(); }
    if (!is_missing()) { state.bridge = bridge(); }
    if (state.bridge) { master_ = state.bridge->interface.name; }
    add_tunnels(state);
    add_altnames(state);
    if (!is_missing()) { state.hosts = hosts(); }
    for (const char* name : {"eth1", "eth2"}) {
      if (in_a_hundred(50)) { state.foreign_ports[name] = foreign_port(); }
    }
    return state;
  }

 private:
  bool drifts() { return in_a_hundred(looseness_.drift); }
  bool is_missing() { return in_a_hundred(looseness_.missing); }

  // One of the two marks is there, or it would not be ours.
  Interface interface(const std::string& name, const std::string& peer = {}) {
    Interface interface {
      .name = name, .group = interface_group(kMesh), .alias = interface_alias(kMesh, peer)
    };
    if (!looseness_.has_marks && drifts()) {
      if (in_a_hundred(50)) {
        interface.alias.clear();
      } else {
        interface.group = static_cast<std::uint32_t>(number(0, 2));
      }
    }
    interface.mtu = static_cast<std::uint32_t>(one_of<int>({1280, 1354, 1420, 1500}));
    interface.up = !drifts();
    return interface;
  }

  std::set<Prefix> addresses(const std::string& third) {
    std::set<Prefix> addresses;
    if (in_a_hundred(60)) {
      addresses.insert(prefix("fd00:" + third + "::1/" + one_of<std::string>({"64", "48"})));
    }
    if (in_a_hundred(40)) { addresses.insert(prefix("fd00:" + third + "::2/64")); }
    for (const char* host : {".0.1/24", ".0.2/24", ".0.3/24", ".0.1/16", ".1.1/24"}) {
      if (in_a_hundred(25)) { addresses.insert(prefix("10." + third + host)); }
    }
    return addresses;
  }

  Wireguard wireguard() {
    Wireguard device{.interface = interface(wireguard_name(kMesh)),
                     .listen_port = static_cast<std::uint16_t>(number(51820, 51823)),
                     .fwmark = static_cast<std::uint32_t>(number(0, 3)),
                     .addresses = addresses("1")};
    if (!drifts()) { device.private_key = secret_of(8 * number(0, 3)); }
    std::vector<int> allowed = shuffled(2 * kNodes);
    for (int node = 0; node < kNodes; ++node) {
      if (is_missing()) { continue; }
      WireguardPeer& peer = device.peers[peer_key(node)];
      if (!drifts()) { peer.preshared_key = secret_of(number(3, 6)); }
      if (!drifts()) {
        peer.endpoint = SocketAddress{ip("192.0.2." + std::to_string(number(1, 4))), 51820};
      }
      peer.persistent_keepalive = static_cast<std::uint16_t>(one_of<int>({0, 25, 30}));
      for (int i = number(0, 3); i > 0; --i) {
        const std::string host = std::to_string(allowed.back());
        allowed.pop_back();
        peer.allowed_ips.insert(in_a_hundred(50) ? prefix("198.18.0." + host + "/32")
                                                 : prefix("fd00::" + host + "/128"));
      }
    }
    return device;
  }

  Bridge bridge() {
    return {.interface = interface(bridge_name(kMesh)),
            .mac = mac(number(0, 2)),
            .stp = !drifts(),
            .priority = static_cast<std::uint16_t>(one_of<int>({0, 4096, 32768, 65535})),
            .forward_delay = static_cast<std::uint32_t>(number(200, 206)),
            .hello_time = static_cast<std::uint32_t>(number(100, 104)),
            .max_age = static_cast<std::uint32_t>(number(600, 604)),
            .ageing = static_cast<std::uint32_t>(one_of<int>({0, 1000, 30000})),
            .addresses = addresses("2"),
            .accepts_router_advertisements = drifts()};
  }

  HostsBlock hosts() {
    HostsBlock block{kMesh, {}};
    for (int node = number(0, 3); node > 0; --node) {
      block.lines.push_back("fd00:2::" + std::to_string(node) + "  " +
                            one_of<std::string>({"a a.m", "b b.m"}));
    }
    return block;
  }

  void add_tunnels(State& state) {
    std::vector<int> remotes = shuffled(kNodes);
    const bool is_gretap = in_a_hundred(50);
    for (int node = 0; node < kNodes; ++node) {
      if (is_missing()) { continue; }
      Tunnel each{.interface = interface(tunnel(node), "n" + std::to_string(node)),
                  .mac = mac(10 + node)};
      const int remote = drifts() ? remotes[static_cast<std::size_t>(node)] : remotes[0] + node;
      each.kind =
          is_gretap != (drifts() && drifts()) ? TunnelKind::kGretap : TunnelKind::kIp6gretap;
      set_ends(each, remote);
      each.generates_link_local = drifts();
      if (!drifts()) { each.interface.master = master_; }
      if (!each.interface.master.empty()) {
        each.isolated = drifts();
        if (drifts()) { each.path_cost = static_cast<std::uint32_t>(number(1, 200)); }
      }
      if (ends_are_free(state, each)) { state.tunnels[each.interface.name] = each; }
    }
  }

  void set_ends(Tunnel& each, int remote) {
    const bool is_gretap = each.kind == TunnelKind::kGretap;
    const std::string base = is_gretap ? "198.18.0." : "fd00::";
    each.local = ip(base + (drifts() ? "100" : "101"));
    each.remote = ip(base + std::to_string(remote));
    if (!is_gretap) { return; }
    const int flags = drifts() ? number(0, 3) : 0;
    each.path_mtu_discovery = flags == 0;
    each.ignore_df = flags == 2;
  }

  static bool ends_are_free(const State& state, const Tunnel& each) {
    return std::ranges::none_of(state.tunnels, [&](const auto& entry) {
      const Tunnel& other = entry.second;
      return other.kind == each.kind && other.local == each.local && other.remote == each.remote;
    });
  }

  // Each altname belongs to one interface, and may belong to another in the next state.
  void add_altnames(State& state) {
    std::vector<Interface*> interfaces;
    if (state.wireguard) { interfaces.push_back(&state.wireguard->interface); }
    if (state.bridge) { interfaces.push_back(&state.bridge->interface); }
    for (auto& [name, each] : state.tunnels) { interfaces.push_back(&each.interface); }
    if (interfaces.empty()) { return; }
    for (const char* altname : {"alt-a", "alt-b", "alt-c"}) {
      if (in_a_hundred(60)) {
        interfaces[static_cast<std::size_t>(number(0, static_cast<int>(interfaces.size())))]
            ->altnames.insert(altname);
      }
    }
  }

  ForeignPort foreign_port() {
    const std::string master = one_of<std::string>({"", "br-other", master_});
    return {master, static_cast<std::uint32_t>(one_of<int>({1354, 1500, 9000})), in_a_hundred(70)};
  }

  Looseness looseness_;
  std::string master_;
};

}  // namespace

rc::Gen<State> arbitrary_state() {
  return rc::gen::exec([] { return Builder(Looseness{}).build(); });
}

rc::Gen<State> arbitrary_wish() {
  return rc::gen::exec([] { return Builder(Looseness{.has_marks = true}).build(); });
}

rc::Gen<State> planned_state() {
  return rc::gen::exec(
      [] { return Builder(Looseness{.drift = 0, .missing = 10, .has_marks = true}).build(); });
}

Scope scope_of_mesh() { return {.mesh = kMesh, .foreign_ports = {"eth1", "eth2"}}; }

void showValue(const State& state, std::ostream& out) {
  for (const Operation& operation : diff(state, {})) { out << "\n  " << describe(operation); }
}

}  // namespace wgmesh
