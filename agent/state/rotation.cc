#include "agent/state/rotation.h"

#include <utility>

#include "agent/state/diff.h"
#include "agent/state/first_contact.h"

namespace wgmesh {
namespace {

std::vector<Operation> without_deletions(std::vector<Operation> operations) {
  operations.resize(first_deletion(operations), DeleteLink{});
  return operations;
}

void add(SetWireguard more, SetWireguard& whole) {
  if (more.private_key) whole.private_key = std::move(more.private_key);
  if (more.listen_port) whole.listen_port = more.listen_port;
  if (more.fwmark) whole.fwmark = more.fwmark;
  for (PeerUpdate& peer : more.peers) whole.peers.push_back(std::move(peer));
}

// As `desired`, but that no peer which is new can be called.
State silent(State desired, const State& observed) {
  for (auto& [key, peer] : desired.wireguard->peers) {
    if (!observed.wireguard->peers.contains(key)) silence(peer);
  }
  return desired;
}

}  // namespace

Rotation rotation_of(const State& desired, const State& observed) {
  Rotation rotation;
  rotation.staged = desired;
  Wireguard& device = *rotation.staged.wireguard;
  device.private_key = observed.wireguard->private_key;
  device.listen_port = observed.wireguard->listen_port;
  device.fwmark = observed.wireguard->fwmark;
  device.peers = observed.wireguard->peers;
  for (const auto& [key, peer] : desired.wireguard->peers) {
    if (device.peers.contains(key)) continue;
    device.peers[key] = {.preshared_key = peer.preshared_key};
  }
  rotation.staging = without_deletions(diff(rotation.staged, observed));
  SetWireguard peers{.name = desired.wireguard->link.name};
  const State switched = silent(desired, observed);
  rotation.calls = diff(desired, switched);
  for (Operation& operation : without_deletions(diff(switched, rotation.staged))) {
    add(std::move(std::get<SetWireguard>(operation)), peers);
  }
  for (const auto& [key, peer] : observed.wireguard->peers) {
    if (desired.wireguard->peers.contains(key) || peer.persistent_keepalive == 0) continue;
    peers.peers.push_back({.public_key = key, .update_only = true, .persistent_keepalive = 0});
  }
  SetWireguard keys{.name = peers.name,
                    .private_key = std::exchange(peers.private_key, std::nullopt),
                    .listen_port = std::exchange(peers.listen_port, std::nullopt),
                    .fwmark = std::exchange(peers.fwmark, std::nullopt)};
  for (SetWireguard* set : {&peers, &keys}) {
    if (*set != SetWireguard{.name = set->name}) rotation.switch_over.emplace_back(std::move(*set));
  }
  return rotation;
}

}  // namespace wgmesh
