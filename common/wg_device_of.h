// A reported device as common/wg_text.h prints it. A template, because the two programs are built with different
// runtimes of protobuf: `DeviceStatus` is proto::DeviceStatus of either.
#pragma once

#include "common/key.h"
#include "common/wg_text.h"

namespace wgmesh {

template <class DeviceStatus>
WgDevice wg_device_of(const DeviceStatus& status) {
  WgDevice device{.name = status.name(),
                  .public_key = key_text(status.public_key(), ""),
                  .listen_port = status.listen_port(),
                  .fwmark = status.fwmark(),
                  .more = {},
                  .peers = {}};
  for (const auto& peer : status.peers()) {
    device.peers.push_back({.public_key = key_text(peer.public_key(), "(none)"),
                            .node = peer.node(),
                            .has_preshared_key = peer.has_preshared_key(),
                            .endpoint = peer.endpoint(),
                            .allowed_ips = {peer.allowed_ips().begin(), peer.allowed_ips().end()},
                            .latest_handshake = peer.latest_handshake(),
                            .rx_bytes = peer.transfer_rx(),
                            .tx_bytes = peer.transfer_tx(),
                            .persistent_keepalive = peer.persistent_keepalive()});
  }
  return device;
}

}  // namespace wgmesh
