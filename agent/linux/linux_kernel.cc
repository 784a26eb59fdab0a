#include "agent/linux/linux_kernel.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "agent/linux/operation_sender.h"
#include "agent/store/kernel_text.h"
#include "common/naming.h"

namespace wgmesh {
namespace {

// Every interface to come starts with this value.
constexpr const char* kDefaultAcceptRa = "/proc/sys/net/ipv6/conf/default/accept_ra";

}  // namespace

LinuxKernel::LinuxKernel(std::size_t max_set_bytes, HostsFile hosts)
    : max_set_bytes_(max_set_bytes), hosts_(std::move(hosts)) {}

WireguardSocket& LinuxKernel::wireguard() {
  if (!wireguard_) { wireguard_ = std::make_unique<WireguardSocket>(); }
  return *wireguard_;
}

KernelReading LinuxKernel::read(const std::string& mesh, bool with_counters) {
  KernelReading reading;
  reading.interfaces = interfaces_.read_interfaces(with_counters);
  reading.addresses = interfaces_.read_addresses();
  for (const InterfaceReport& interface : reading.interfaces) {
    if (interface.kind == "wireguard" && is_own(interface, mesh)) {
      reading.wireguard = wireguard().find_device(interface.name);
    }
    if (may_be_predecessor(interface, mesh)) {
      if (auto device = wireguard().find_device(interface.name)) {
        reading.predecessors.emplace(interface.name, *std::move(device));
      }
    }
  }
  // The loopback interface is always there, and known to IPv6 if the kernel has it.
  reading.limits.no_ipv6 = std::ranges::none_of(reading.interfaces, &InterfaceReport::ipv6);
  reading.hosts = hosts_.read(mesh);
  reading.limits.fixed_settings = ::access(kDefaultAcceptRa, W_OK) != 0;
  const std::string value = read_kernel_text(kDefaultAcceptRa);
  reading.new_interfaces_take_advertisements = !value.empty() && !value.starts_with('0');
  return reading;
}

void LinuxKernel::apply(std::span<const Operation> operations,
                        const std::function<void(std::size_t)>& done) {
  OperationSender sender(
      interfaces_,
      {[this](const SetWireguard& change) { wireguard().set(change, max_set_bytes_); },
       [this](const std::string& device) { wireguard().remove_peers(device); }},
      hosts_, done);
  sender.run(operations);
}

}  // namespace wgmesh
