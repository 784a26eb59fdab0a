#include "agent/linux/scatter_gather.h"

#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

#include "common/error.h"
#include "common/unique_fd.h"

namespace wgmesh {
namespace {

// The first of the kernel's features, in each of the four masks of ethtool_get_features_block.
constexpr std::uint32_t kScatterGather = 1;
// ETHTOOL_GFEATURES for the first 32 features.
struct Features {
  std::uint32_t cmd = ETHTOOL_GFEATURES;
  std::uint32_t blocks = 1;
  ethtool_get_features_block first{};
};

// 0 or errno. Any socket takes this ioctl; units that confine the agent allow this kind.
int ask_ethtool(const std::string& interface, void* question) {
  const UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC));
  if (!socket) { return errno; }
  ifreq request{};
  if (interface.size() >= sizeof request.ifr_name) { return ENODEV; }
  interface.copy(request.ifr_name, sizeof request.ifr_name - 1);
  request.ifr_data = static_cast<char*>(question);
  return ioctl(socket.get(), SIOCETHTOOL, &request) == 0 ? 0 : errno;
}

}  // namespace

bool has_scatter_gather(const std::string& interface) {
  Features features;
  return ask_ethtool(interface, &features) == 0 &&
         (features.first.active & features.first.available & kScatterGather) != 0;
}

void set_scatter_gather(const std::string& interface, bool on) {
  ethtool_value value{.cmd = ETHTOOL_SSG, .data = on ? 1u : 0u};
  if (const int error = ask_ethtool(interface, &value); error != 0) {
    throw SystemError("SIOCETHTOOL", error);
  }
}

}  // namespace wgmesh
