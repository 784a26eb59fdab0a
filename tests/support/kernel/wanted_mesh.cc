#include "tests/support/kernel/wanted_mesh.h"

#include <fmt/format.h>

#include "common/naming.h"

namespace wgmesh {
namespace {

IpAddress inner(TunnelKind kind, int host) {
  return *parse_ip(kind == TunnelKind::kGretap ? fmt::format("198.18.{}.{}", host / 200, host % 200)
                                               : fmt::format("fd77::{:x}", host));
}

void add_peer(State& state, TunnelKind kind, int number) {
  const std::string node = fmt::format("n{}", number);
  const PublicKey key = public_key_of(Secret::make_private_key());
  state.wireguard->peers[key] = {
      .preshared_key = Secret::make_preshared_key(),
      .endpoint = parse_socket_address(number % 2 == 0 ? "192.0.2.7:51820" : "[2001:db8::7]:51821"),
      .persistent_keepalive = 25,
      .allowed_ips = {{inner(kind, number), kind == TunnelKind::kGretap ? 32u : 128u}}};
  const std::string name = tunnel_name(kMesh, node);
  const std::string full_name = tunnel_full_name(kMesh, node);
  Tunnel tunnel;
  tunnel.interface = {.name = name,
                      .group = interface_group(kMesh),
                      .alias = interface_alias(kMesh, node),
                      .altnames = {},
                      .mtu = kind == TunnelKind::kGretap ? 1382u : 1362u,
                      .up = true,
                      .master = bridge_name(kMesh)};
  if (full_name != name) { tunnel.interface.altnames.insert(full_name); }
  tunnel.mac = tunnel_mac(kMesh, "n1", node);
  tunnel.kind = kind;
  tunnel.local = inner(kind, 1);
  tunnel.remote = inner(kind, number);
  tunnel.path_cost = 100;  // the kernel's for an interface without a speed
  state.tunnels[name] = tunnel;
}

std::vector<Operation> operations_for(const Tunnel& tunnel) {
  std::vector<Operation> operations;
  operations.push_back(CreateTunnel{.name = tunnel.interface.name,
                                    .group = tunnel.interface.group,
                                    .mtu = tunnel.interface.mtu,
                                    .master = tunnel.interface.master,
                                    .mac = tunnel.mac,
                                    .kind = tunnel.kind,
                                    .local = tunnel.local,
                                    .remote = tunnel.remote,
                                    .path_mtu_discovery = tunnel.path_mtu_discovery,
                                    .ignore_df = tunnel.ignore_df});
  SetInterface set;
  set.name = tunnel.interface.name;
  set.alias = tunnel.interface.alias;
  set.generates_link_local = tunnel.generates_link_local;
  if (tunnel.isolated) { set.isolated = true; }
  operations.push_back(set);
  for (const std::string& altname : tunnel.interface.altnames) {
    operations.push_back(AddAltname{tunnel.interface.name, altname});
  }
  SetInterface up;
  up.name = tunnel.interface.name;
  up.up = true;
  operations.push_back(up);
  return operations;
}

}  // namespace

State wanted_mesh(int peers, TunnelKind kind) {
  State state;
  Wireguard device;
  device.interface = {.name = wireguard_name(kMesh),
                      .group = interface_group(kMesh),
                      .alias = interface_alias(kMesh),
                      .altnames = {},
                      .mtu = 1420,
                      .up = true,
                      .master = {}};
  device.private_key = Secret::make_private_key();
  device.listen_port = 51850;
  device.fwmark = 0x77;
  device.addresses = {{inner(kind, 1), kind == TunnelKind::kGretap ? 16u : 64u}};
  state.wireguard = device;

  Bridge bridge;
  bridge.interface = {.name = bridge_name(kMesh),
                      .group = interface_group(kMesh),
                      .alias = interface_alias(kMesh),
                      .altnames = {},
                      .mtu = kind == TunnelKind::kGretap ? 1382u : 1362u,
                      .up = true,
                      .master = {}};
  bridge.mac = bridge_mac(kMesh, "n1");
  bridge.priority = 8192;
  bridge.forward_delay = 400;
  bridge.hello_time = 100;
  bridge.max_age = 600;
  bridge.ageing = 1000;
  bridge.addresses = {*parse_prefix("fd00:0:0:1::1/64"), *parse_prefix("10.11.12.1/24")};
  state.bridge = bridge;
  for (int number = 2; number < 2 + peers; ++number) { add_peer(state, kind, number); }
  return state;
}

std::vector<Operation> operations_for(const State& state) {
  const Wireguard& device = *state.wireguard;
  const Bridge& bridge = *state.bridge;
  std::vector<Operation> operations{
      CreateWireguard{device.interface.name, device.interface.group, device.interface.mtu},
      CreateBridge{bridge.interface.name, bridge.interface.group, bridge.mac}};
  SetInterface mark;
  mark.alias = device.interface.alias;
  mark.name = device.interface.name;
  operations.push_back(mark);
  mark.name = bridge.interface.name;
  mark.mtu = bridge.interface.mtu;
  operations.push_back(mark);
  operations.push_back(SetBridge{.name = bridge.interface.name,
                                 .stp = bridge.stp,
                                 .priority = bridge.priority,
                                 .forward_delay = bridge.forward_delay,
                                 .hello_time = bridge.hello_time,
                                 .max_age = bridge.max_age,
                                 .ageing = bridge.ageing});
  operations.push_back(SetRouterAdvertisements{bridge.interface.name, false});

  operations.push_back(NoScatterGather{device.interface.name});
  SetWireguard set;
  set.name = device.interface.name;
  set.private_key = device.private_key;
  set.listen_port = device.listen_port;
  set.fwmark = device.fwmark;
  for (const auto& [key, peer] : device.peers) {
    PeerUpdate update;
    update.public_key = key;
    update.preshared_key = peer.preshared_key;
    update.endpoint = peer.endpoint;
    update.persistent_keepalive = peer.persistent_keepalive;
    update.allowed_ips = peer.allowed_ips;
    set.peers.push_back(update);
  }
  operations.push_back(set);
  for (const Prefix& address : device.addresses) {
    operations.push_back(AddAddress{device.interface.name, address});
  }
  SetInterface up;
  up.up = true;
  up.name = device.interface.name;
  operations.push_back(up);
  for (const auto& [name, tunnel] : state.tunnels) {
    for (Operation& operation : operations_for(tunnel)) {
      operations.push_back(std::move(operation));
    }
  }
  for (const Prefix& address : bridge.addresses) {
    operations.push_back(AddAddress{bridge.interface.name, address});
  }
  up.name = bridge.interface.name;
  operations.push_back(up);
  return operations;
}

Scope scope_for(const State& state) {
  Scope scope;
  scope.mesh = kMesh;
  scope.wanted_names = {wireguard_name(kMesh), bridge_name(kMesh)};
  for (const auto& [name, tunnel] : state.tunnels) {
    scope.wanted_names.insert(name);
    scope.wanted_names.insert(tunnel.interface.altnames.begin(), tunnel.interface.altnames.end());
  }
  return scope;
}

}  // namespace wgmesh
