#include <array>
#include <utility>

#include "agent/state/diff_parts.h"

namespace wgmesh {
namespace {

SetWireguard device_changes(const Wireguard& desired, const Wireguard& now) {
  SetWireguard set{.name = desired.interface.name};
  if (desired.private_key != now.private_key) {
    set.private_key = desired.private_key ? *desired.private_key : no_key();
  }
  if (desired.listen_port != now.listen_port) { set.listen_port = desired.listen_port; }
  if (desired.fwmark != now.fwmark) { set.fwmark = desired.fwmark; }
  return set;
}

// What is absent in `desired` is cleared in so many words: no preshared key, keepalive 0. An
// endpoint cannot be cleared: where none is wanted, the one the peer was last seen at stays.
PeerUpdate peer_changes(const PublicKey& key, const WireguardPeer& desired,
                        const WireguardPeer& now) {
  PeerUpdate update{.public_key = key, .update_only = true};
  if (desired.preshared_key != now.preshared_key) { update.preshared_key = desired.preshared_key; }
  if (desired.endpoint && desired.endpoint != now.endpoint) { update.endpoint = desired.endpoint; }
  if (desired.persistent_keepalive != now.persistent_keepalive) {
    update.persistent_keepalive = desired.persistent_keepalive;
  }
  if (desired.allowed_ips != now.allowed_ips) { update.allowed_ips = desired.allowed_ips; }
  return update;
}

SetWireguard one_peer(const std::string& device, PeerUpdate update) {
  return SetWireguard{.name = device, .peers = {std::move(update)}};
}

// One operation a peer, so that the dry run has a line and an error a name for each. An allowed IP
// belongs to one peer: the kernel takes it from whoever had it. Every peer whose set changes gets
// its whole set, and no two want the same, so what one takes from another is never what that one
// keeps.
void diff_peers(const Wireguard& desired, const Wireguard& now, Changes& changes) {
  const std::string& device = desired.interface.name;
  for (const auto& [key, peer] : desired.peers) {
    auto found = now.peers.find(key);
    PeerUpdate update =
        peer_changes(key, peer, found == now.peers.end() ? WireguardPeer{} : found->second);
    if (found == now.peers.end()) {
      update.update_only = false;
    } else if (update == PeerUpdate{.public_key = key, .update_only = true}) {
      continue;
    }
    changes.first.push_back(one_peer(device, std::move(update)));
  }
  for (const auto& [key, peer] : now.peers) {
    if (desired.peers.contains(key)) { continue; }
    if (!peer.allowed_ips.empty()) {
      changes.first.push_back(
          one_peer(device, {.public_key = key, .update_only = true, .allowed_ips = {{}}}));
    }
    changes.deletions.push_back(one_peer(device, {.public_key = key, .remove = true}));
  }
}

}  // namespace

Secret no_key() { return Secret::from_octets(std::array<std::uint8_t, kKeySize>{}); }

// Create, mark, configure, addresses, up: nothing is sent or accepted before the keys are there.
void diff_wireguard(const Wireguard& desired, const std::optional<Wireguard>& observed,
                    Changes& changes) {
  Wireguard now;
  if (observed) {
    now = *observed;
  } else {
    const Interface& interface = desired.interface;
    changes.first.push_back(CreateWireguard{interface.name, interface.group, interface.mtu});
    now.interface = {.name = interface.name, .group = interface.group, .mtu = interface.mtu};
  }

  SetInterface set = interface_changes(desired.interface, now.interface);
  if (set.up) { forget_ipv6(now.addresses); }
  if (changes_anything(set)) { changes.first.push_back(set); }

  if (!observed) { changes.first.push_back(NoScatterGather{desired.interface.name}); }
  SetWireguard device = device_changes(desired, now);
  if (device != SetWireguard{.name = device.name}) { changes.first.push_back(device); }
  diff_peers(desired, now, changes);
  diff_addresses(desired.interface.name, desired.addresses, now.addresses, changes);
  diff_altnames(desired.interface, now.interface, changes);
  if (desired.interface.up && !now.interface.up) {
    changes.first.push_back(SetInterface{.name = desired.interface.name, .up = true});
  }
}

}  // namespace wgmesh
