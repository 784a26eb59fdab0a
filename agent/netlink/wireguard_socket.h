// WireGuard devices, read and changed. Making one loads the module, where there is one.
#pragma once

#include <optional>
#include <string>

#include "agent/netlink/genl_socket.h"
#include "agent/netlink/wireguard.h"

namespace wgmesh {

class WireguardSocket {
 public:
  WireguardSocket();  // throws NetlinkError (ENOENT: no WireGuard here)

  // Empty when there is no such device. Throws NetlinkError.
  std::optional<WireguardReport> find_device(const std::string& name);

  // In as many messages of `max_bytes` as it takes, in order; stops at the first that is refused,
  // and throws NetlinkError then.
  void set(const SetWireguard& change, std::size_t max_bytes = kMaxSetBytes);

  // For a device that is deleted next. The kernel waits for a grace period for each peer that goes with its device. It
  // hardly waits for peers that go before. Throws NetlinkError.
  void remove_peers(const std::string& name);

 private:
  GenlSocket socket_;
};

}  // namespace wgmesh
