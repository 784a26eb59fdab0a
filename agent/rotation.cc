#include "agent/rotation.h"

#include <utility>

#include "agent/diff.h"

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

}  // namespace

Rotation rotation_of(const State& desired, const State& observed) {
  Rotation rotation;
  rotation.staged = desired;
  Wireguard& device = *rotation.staged.wireguard;
  device = *observed.wireguard;
  for (const auto& [key, peer] : desired.wireguard->peers) {
    if (device.peers.contains(key)) continue;
    device.peers[key] = {.preshared_key = peer.preshared_key, .endpoint = peer.endpoint};
  }
  rotation.staging = without_deletions(diff(rotation.staged, observed));
  rotation.switch_over.name = desired.wireguard->link.name;
  for (Operation& operation : without_deletions(diff(desired, rotation.staged))) {
    auto* set = std::get_if<SetWireguard>(&operation);
    if (set != nullptr) {
      add(std::move(*set), rotation.switch_over);
    } else {
      rotation.staging.push_back(std::move(operation));  // the device's MTU, an address
    }
  }
  return rotation;
}

}  // namespace wgmesh
