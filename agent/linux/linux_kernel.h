// The kernel of this node: Kernel over rtnetlink, generic netlink, two sysctls, an ioctl and /etc/hosts.
// Works in the network namespace in which it was made.
#pragma once

#include <cstddef>
#include <memory>

#include "agent/netlink/rtnl_socket.h"
#include "agent/netlink/wireguard_socket.h"
#include "agent/state/kernel.h"
#include "agent/store/hosts_file.h"

namespace wgmesh {

class LinuxKernel final : public Kernel {
 public:
  // `max_set_bytes`: of one WireGuard message; tests make it small, and have a file of their own in the place of
  // /etc/hosts. Throws SystemError.
  explicit LinuxKernel(std::size_t max_set_bytes = kMaxSetBytes, HostsFile hosts = HostsFile());

  KernelReading read(const std::string& mesh, bool with_counters) override;
  void apply(std::span<const Operation> operations,
             const std::function<void(std::size_t)>& done) override;

 private:
  // Opened when first needed: asking for it loads the module, which reading alone must not do.
  WireguardSocket& wireguard();

  RtnlSocket interfaces_;
  std::unique_ptr<WireguardSocket> wireguard_;
  std::size_t max_set_bytes_;
  HostsFile hosts_;
};

}  // namespace wgmesh
