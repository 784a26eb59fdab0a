#include "agent/peers/zoned_sockets.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace wgmesh {
namespace {

// Called by the C library, so nothing may leave these.

ares_socket_t open_socket(int family, int type, int protocol, void* /*zones*/) noexcept {
  return ::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
}

int close_socket(ares_socket_t socket, void* /*zones*/) noexcept { return ::close(socket); }

int connect_socket(ares_socket_t socket, const sockaddr* to, ares_socklen_t size,
                   void* zones) noexcept {
  if (to->sa_family != AF_INET6 || size < sizeof(sockaddr_in6)) {
    return ::connect(socket, to, size);
  }
  sockaddr_in6 address;
  std::memcpy(&address, to, sizeof address);
  IpAddress key{.family = Family::kIpv6, .octets = {}};
  std::memcpy(key.octets.data(), &address.sin6_addr, key.octets.size());
  const auto& known = *static_cast<const Zones*>(zones);
  if (const auto zone = known.find(key); zone != known.end()) {
    address.sin6_scope_id = zone->second;
  }
  return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

ares_ssize_t receive(ares_socket_t socket, void* data, size_t size, int flags, sockaddr* from,
                     ares_socklen_t* from_size, void* /*zones*/) noexcept {
  return ::recvfrom(socket, data, size, flags, from, from_size);
}

ares_ssize_t send(ares_socket_t socket, const iovec* parts, int count, void* /*zones*/) noexcept {
  return ::writev(socket, parts, count);
}

}  // namespace

const ares_socket_functions& zoned_socket_functions() {
  static constexpr ares_socket_functions kFunctions{open_socket, close_socket, connect_socket,
                                                    receive, send};
  return kFunctions;
}

}  // namespace wgmesh
