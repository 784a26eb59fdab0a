#include "agent/netlink/socket_address.h"

#include <netinet/in.h>

#include <cstring>

#include "agent/text/messages.h"
#include "common/error.h"

namespace wgmesh {

KernelSocketAddress put_socket_address(const SocketAddress& address) {
  KernelSocketAddress out;
  const auto put = [&out](const auto& raw) {
    std::memcpy(&out.storage, &raw, sizeof raw);
    out.size = sizeof raw;
  };
  if (address.address.family == Family::kIpv4) {
    sockaddr_in raw{};
    raw.sin_family = AF_INET;
    raw.sin_port = htons(address.port);
    std::memcpy(&raw.sin_addr, address.address.octets.data(), sizeof raw.sin_addr);
    put(raw);
  } else {
    sockaddr_in6 raw{};
    raw.sin6_family = AF_INET6;
    raw.sin6_port = htons(address.port);
    std::memcpy(&raw.sin6_addr, address.address.octets.data(), sizeof raw.sin6_addr);
    put(raw);
  }
  return out;
}

std::optional<SocketAddress> parse_kernel_socket_address(std::span<const std::uint8_t> octets) {
  SocketAddress result;
  sa_family_t family = AF_UNSPEC;
  if (octets.size() < sizeof family) {
    throw Error(say<"netlink-report-malformed">("a socket address without a family"));
  }
  std::memcpy(&family, octets.data(), sizeof family);
  if (family == AF_INET && octets.size() >= sizeof(sockaddr_in)) {
    sockaddr_in raw;
    std::memcpy(&raw, octets.data(), sizeof raw);
    result.address.family = Family::kIpv4;
    std::memcpy(result.address.octets.data(), &raw.sin_addr, sizeof raw.sin_addr);
    result.port = ntohs(raw.sin_port);
  } else if (family == AF_INET6 && octets.size() >= sizeof(sockaddr_in6)) {
    sockaddr_in6 raw;
    std::memcpy(&raw, octets.data(), sizeof raw);
    result.address.family = Family::kIpv6;
    std::memcpy(result.address.octets.data(), &raw.sin6_addr, sizeof raw.sin6_addr);
    result.port = ntohs(raw.sin6_port);
  } else {
    return std::nullopt;
  }
  return result;
}

}  // namespace wgmesh
