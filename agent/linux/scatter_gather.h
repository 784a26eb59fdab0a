// ethtool's feature `sg` of an interface: whether the kernel may hand it packets that lie in several pieces of memory.
// Set by the ioctl, which every kernel has; the netlink family `ethtool` has features since Linux 5.8.
#pragma once

#include <string>

namespace wgmesh {

// Does nothing if the kernel cannot switch the feature there. Throws SystemError.
void switch_scatter_gather_off(const std::string& interface);

}  // namespace wgmesh
