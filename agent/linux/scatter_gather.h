// ethtool's feature `sg` of an interface: whether the kernel may hand it packets that lie in several pieces of memory.
// Asked and set by the ioctl, which every kernel has; the netlink family `ethtool` has features since Linux 5.8.
#pragma once

#include <string>

namespace wgmesh {

// Whether it is on, and can be switched off. False also if the kernel does not tell: speed alone is no reason to refuse a
// mesh.
bool has_scatter_gather(const std::string& interface);

// Throws SystemError.
void set_scatter_gather(const std::string& interface, bool on);

}  // namespace wgmesh
