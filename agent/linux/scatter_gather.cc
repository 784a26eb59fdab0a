#include "agent/linux/scatter_gather.h"

#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>

#include "common/error.h"
#include "common/unique_fd.h"

namespace wgmesh {

void switch_scatter_gather_off(const std::string& interface) {
  // Any socket takes this ioctl; units that confine the agent allow this kind.
  const UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC));
  if (!socket) { throw SystemError("socket", errno); }
  ethtool_value value{.cmd = ETHTOOL_SSG, .data = 0};
  ifreq request{};
  if (interface.size() >= sizeof request.ifr_name) { throw SystemError("SIOCETHTOOL", ENODEV); }
  interface.copy(request.ifr_name, sizeof request.ifr_name - 1);
  request.ifr_data = reinterpret_cast<char*>(&value);
  if (ioctl(socket.get(), SIOCETHTOOL, &request) == 0) { return; }
  if (errno != EOPNOTSUPP && errno != ENOTTY) { throw SystemError("SIOCETHTOOL", errno); }
}

}  // namespace wgmesh
