#include "agent/state/desired.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/state/endpoint_choice.h"
#include "agent/text/messages.h"
#include "common/error.h"
#include "common/hosts_lines.h"
#include "common/naming.h"

namespace wgmesh {
namespace {

// What plans may ask for by name.
constexpr std::array<std::string_view, 3> kKnownNeeds = {"fragments", "hosts", "learned"};
constexpr std::uint32_t kMaxMtu = 65000;
constexpr std::uint32_t kMaxTimer = 1'000'000;  // seconds

template <class... Arguments>
[[noreturn]] void refuse(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  throw Error(say<"plan-invalid">(fmt::format(format, std::forward<Arguments>(arguments)...)));
}

std::uint32_t in_range(std::uint32_t value, std::uint32_t lowest, std::uint32_t highest,
                       const char* key) {
  if (value < lowest || value > highest) {
    refuse("{} is {}, not {} to {}", key, value, lowest, highest);
  }
  return value;
}

std::uint16_t u16(std::uint32_t value, std::uint32_t lowest, const char* key) {
  return static_cast<std::uint16_t>(
      in_range(value, lowest, std::numeric_limits<std::uint16_t>::max(), key));
}

std::uint32_t hundredths(std::uint32_t seconds, const char* key) {
  return in_range(seconds, 0, kMaxTimer, key) * 100;
}

// The controller derives names as we do; a plan that says otherwise would take interfaces that are
// not ours.
void expect_name(const std::string& name, const std::string& expected, const char* key) {
  if (name != expected) { refuse("{} is '{}', not '{}'", key, name, expected); }
}

MacAddress mac_of(const std::string& octets, const char* key) {
  MacAddress mac;
  if (octets.size() != mac.octets.size()) { refuse("{} has {} octets, not 6", key, octets.size()); }
  std::ranges::copy(octets, mac.octets.begin());
  if ((mac.octets[0] & 1) != 0) { refuse("{} {} is a group address", key, to_text(mac)); }
  return mac;
}

Prefix prefix_of(const std::string& text, const char* key) {
  auto prefix = parse_prefix(text);
  if (!prefix) { refuse("{} '{}' is no address with a prefix length", key, text); }
  return *prefix;
}

TunnelKind kind_of(const proto::Plan& plan) {
  switch (plan.tunnel_kind()) {
    case proto::GRETAP:
      return TunnelKind::kGretap;
    case proto::IP6GRETAP:
      return TunnelKind::kIp6gretap;
    default:
      refuse("tunnel_kind {} is unknown", static_cast<int>(plan.tunnel_kind()));
  }
}

Family family_of(TunnelKind kind) {
  return kind == TunnelKind::kGretap ? Family::kIpv4 : Family::kIpv6;
}

void check_family(const IpAddress& address, TunnelKind kind, const char* key) {
  if (address.family != family_of(kind)) {
    refuse(
        "{} {} does not fit {}", key, to_text(address),
        kind == TunnelKind::kGretap ? "gretap, which wants IPv4" : "ip6gretap, which wants IPv6");
  }
}

Interface interface_from(const proto::Plan& plan, const std::string& name, std::uint32_t mtu,
                         const std::string& peer = {}) {
  return {.name = name,
          .group = interface_group(plan.mesh()),
          .alias = interface_alias(plan.mesh(), peer),
          .mtu = mtu,
          .up = true};
}

Wireguard device_of(const proto::Plan& plan, const NodeSecrets& secrets, TunnelKind kind) {
  const proto::Device& device = plan.device();
  expect_name(device.name(), wireguard_name(plan.mesh()), "device.name");
  Prefix inner = prefix_of(device.inner_address(), "device.inner_address");
  check_family(inner.address, kind, "device.inner_address");
  const std::uint32_t least = inner.address.family == Family::kIpv6 ? kLeastIpv6Mtu : kLeastIpv4Mtu;
  return {.interface = interface_from(plan, device.name(),
                                      in_range(device.mtu(), least, kMaxMtu, "device.mtu")),
          .private_key = secrets.private_key,
          .listen_port = u16(device.listen_port(), 1, "device.listen_port"),
          .fwmark = device.fwmark(),
          .addresses = {inner}};
}

Bridge bridge_of(const proto::Plan& plan) {
  const proto::Bridge& planned = plan.bridge();
  expect_name(planned.name(), bridge_name(plan.mesh()), "bridge.name");
  Bridge bridge{.interface = interface_from(plan, planned.name(), plan.segment_mtu()),
                .mac = mac_of(planned.mac(), "bridge.mac"),
                .stp = planned.stp(),
                .priority = u16(planned.priority(), 0, "bridge.priority"),
                .forward_delay = hundredths(planned.forward_delay(), "bridge.forward_delay"),
                .hello_time = hundredths(planned.hello_time(), "bridge.hello_time"),
                .max_age = hundredths(planned.max_age(), "bridge.max_age"),
                .ageing = hundredths(planned.ageing(), "bridge.ageing")};
  for (const std::string& text : planned.addresses()) {
    const Prefix address = prefix_of(text, "bridge.addresses");
    if (address.address.family == Family::kIpv6 && plan.segment_mtu() < kLeastIpv6Mtu) {
      refuse("segment_mtu {} is too small for {}: IPv6 needs {}", plan.segment_mtu(), text,
             kLeastIpv6Mtu);
    }
    if (!bridge.addresses.insert(address).second) { refuse("bridge.addresses has {} twice", text); }
  }
  return bridge;
}

WireguardPeer peer_of(const proto::Peer& planned, const PublicKey& key, const IpAddress& inner,
                      const NodeSecrets& secrets, const EndpointChoice& endpoints) {
  const Prefix allowed{inner, inner.bits()};
  auto preshared = secrets.preshared_keys.find(planned.node());
  if (preshared == secrets.preshared_keys.end()) { refuse("its preshared key is missing"); }
  return {.preshared_key = preshared->second,
          .endpoint = endpoints.of(planned, key, allowed),
          .persistent_keepalive = u16(planned.persistent_keepalive(), 0, "persistent_keepalive"),
          .allowed_ips = {allowed}};
}

Tunnel tunnel_of(const proto::Plan& plan, const proto::Peer& peer, const IpAddress& local,
                 const IpAddress& remote) {
  const proto::Tunnel& planned = peer.tunnel();
  expect_name(planned.name(), tunnel_name(plan.mesh(), peer.node()), "tunnel.name");
  Tunnel tunnel{.interface = interface_from(plan, planned.name(), plan.segment_mtu(), peer.node()),
                .mac = mac_of(planned.mac(), "tunnel.mac"),
                .kind = kind_of(plan),
                .local = local,
                .remote = remote,
                .path_mtu_discovery = !plan.fragments(),
                .ignore_df = plan.fragments(),
                .path_cost = u16(planned.path_cost(), 0, "tunnel.path_cost"),
                // Without a spanning tree only isolated ports keep frames from going round.
                .isolated = !plan.bridge().stp()};
  tunnel.interface.master = plan.bridge().name();
  if (!planned.altname().empty()) {
    if (planned.altname() != former_full_name(plan.mesh(), peer.node())) {
      expect_name(planned.altname(), tunnel_full_name(plan.mesh(), peer.node()), "tunnel.altname");
    }
    if (planned.altname() != planned.name()) { tunnel.interface.altnames = {planned.altname()}; }
  }
  return tunnel;
}

// Peers, one after the other, into a state that has the device. What each needs of the whole is
// worked out once: a plan may have a thousand of them.
class Peers {
 public:
  Peers(const proto::Plan& plan, const NodeSecrets& secrets, const EndpointKnowledge& endpoints,
        State& state)
      : plan_(plan),
        secrets_(secrets),
        endpoints_(endpoints),
        state_(state),
        own_key_(public_key_of(secrets.private_key)),
        taken_{state.wireguard->addresses.begin()->address} {}

  void add(const proto::Peer& peer) {
    if (!is_node_name(peer.node())) { refuse("invalid node name '{}'", peer.node()); }
    if (peer.node() == plan_.node()) { refuse("the node is its own peer"); }
    const auto key = public_key_from(peer.public_key());
    if (!key) { refuse("public_key has {} octets, not {}", peer.public_key().size(), kKeySize); }
    if (*key == own_key_) { refuse("its public key is the node's own"); }
    Wireguard& device = *state_.wireguard;
    if (device.peers.contains(*key)) { refuse("its public key is another peer's too"); }
    const auto remote = parse_ip(peer.inner_address());
    if (!remote) { refuse("inner_address '{}' is no address", peer.inner_address()); }
    check_family(*remote, kind_of(plan_), "inner_address");
    if (!taken_.insert(*remote).second) {
      refuse("inner_address {} is another node's too", peer.inner_address());
    }
    const Tunnel tunnel = tunnel_of(plan_, peer, device.addresses.begin()->address, *remote);
    device.peers[*key] = peer_of(peer, *key, *remote, secrets_, endpoints_);
    if (!state_.tunnels.emplace(tunnel.interface.name, tunnel).second) {
      refuse("it is there twice");
    }
  }

 private:
  const proto::Plan& plan_;
  const NodeSecrets& secrets_;
  EndpointChoice endpoints_;
  State& state_;
  PublicKey own_key_;
  std::set<IpAddress> taken_;
};

// The agent writes as root what every program of the node reads: only names and addresses get there.
std::optional<HostsBlock> hosts_of(const proto::Plan& plan) {
  if (plan.hosts().empty()) { return std::nullopt; }
  std::set<std::string> nodes;
  std::vector<NamedAddress> named;
  for (const proto::Host& host : plan.hosts()) {
    if (!is_node_name(host.node())) { refuse("hosts: invalid node name '{}'", host.node()); }
    if (!nodes.insert(host.node()).second) { refuse("hosts has {} twice", host.node()); }
    for (const std::string& text : host.addresses()) {
      const auto address = parse_ip(text);
      if (!address) { refuse("hosts: '{}' is no address", text); }
      named.push_back({host.node(), *address});
    }
  }
  return HostsBlock{plan.mesh(), hosts_lines(plan.mesh(), named)};
}

void check_whole(const proto::Plan& plan) {
  if (plan.format_version() > kPlanFormat) {
    throw Error(say<"plan-format-newer">(plan.format_version(), kPlanFormat));
  }
  if (plan.format_version() != kPlanFormat) { refuse("it has no format version"); }
  for (const std::string& need : plan.needs()) {
    if (std::ranges::find(kKnownNeeds, need) != kKnownNeeds.end()) { continue; }
    throw Error(say<"plan-need-unknown">(need, WGMESH_VERSION));
  }
  if (!is_mesh_name(plan.mesh())) { refuse("'{}' is no mesh name", plan.mesh()); }
  if (!is_node_name(plan.node())) { refuse("invalid node name '{}'", plan.node()); }
  if (!plan.has_device() || !plan.has_bridge()) { refuse("device or bridge is missing"); }
  in_range(plan.segment_mtu(), kLeastIpv4Mtu, kMaxMtu, "segment_mtu");
  if (plan.fragments() && plan.tunnel_kind() != proto::GRETAP) {
    refuse("only gretap tunnels can fragment");
  }
}

}  // namespace

State desired_state(const proto::Plan& plan, const NodeSecrets& secrets,
                    const EndpointKnowledge& endpoints) {
  check_whole(plan);
  State state;
  state.wireguard = device_of(plan, secrets, kind_of(plan));
  state.bridge = bridge_of(plan);
  state.hosts = hosts_of(plan);
  Peers peers(plan, secrets, endpoints, state);
  for (const proto::Peer& peer : plan.peers()) {
    try {
      peers.add(peer);
    } catch (Error& error) {
      error.add_context("peer " + peer.node());
      throw;
    }
  }
  for (const std::string& name : plan.bridge_ports()) {
    const bool ours = name == state.wireguard->interface.name ||
                      name == state.bridge->interface.name || state.tunnels.contains(name);
    if (!is_interface_name(name) || ours) { refuse("bridge_ports: '{}' cannot be a port", name); }
    if (!state.foreign_ports
             .emplace(name, ForeignPort{state.bridge->interface.name, plan.segment_mtu(), true})
             .second) {
      refuse("bridge_ports has {} twice", name);
    }
  }
  return state;
}

Scope scope_of(const proto::Plan& plan) {
  Scope scope{.mesh = plan.mesh(),
              .wanted_names = {plan.device().name(), plan.bridge().name()},
              .foreign_ports = {plan.bridge_ports().begin(), plan.bridge_ports().end()}};
  for (const proto::Peer& peer : plan.peers()) {
    scope.wanted_names.insert(peer.tunnel().name());
    if (!peer.tunnel().altname().empty()) { scope.wanted_names.insert(peer.tunnel().altname()); }
  }
  return scope;
}

}  // namespace wgmesh
