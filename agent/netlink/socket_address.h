// SocketAddress as the kernel writes it, sockaddr_in or sockaddr_in6: in a netlink attribute and in
// a system call alike.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <span>

#include "common/net.h"

namespace wgmesh {

struct KernelSocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  std::span<const std::uint8_t> octets() const {
    return {reinterpret_cast<const std::uint8_t*>(&storage), size};
  }
};

KernelSocketAddress put_socket_address(const SocketAddress& address);
// Nothing for another family. Throws Error for one that is cut off.
std::optional<SocketAddress> parse_kernel_socket_address(std::span<const std::uint8_t> octets);

}  // namespace wgmesh
