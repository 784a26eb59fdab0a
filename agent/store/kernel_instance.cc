#include "agent/store/kernel_instance.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cstdint>

#include "agent/store/kernel_text.h"
#include "common/unique_fd.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

namespace wgmesh {
namespace {

std::uint64_t network_namespace() {
  // Netlink is the one family that the agent may use at boot.
  const UniqueFd netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0));
  std::uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  if (netlink && ::getsockopt(netlink.get(), SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size) == 0) {
    return cookie;
  }
  struct stat facts {};
  return ::stat("/proc/thread-self/ns/net", &facts) == 0 ? facts.st_ino : 0;
}

}  // namespace

std::string kernel_instance() {
  std::string boot = read_kernel_text("/proc/sys/kernel/random/boot_id");
  while (!boot.empty() && boot.back() == '\n') { boot.pop_back(); }
  return boot.empty() ? boot : fmt::format("{}/{}", boot, network_namespace());
}

bool is_this_kernel(std::string_view written) {
  const std::string now = kernel_instance();
  return written == now || written == std::string_view(now).substr(0, now.find('/'));
}

}  // namespace wgmesh
