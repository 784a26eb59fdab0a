// One list of operations on its way into the kernel: interface changes are gathered and sent in
// large pieces, their acks collected afterwards; it waits only where the kernel must be asked
// something first, or where the next change takes another way (WireGuard's netlink, a sysctl, an ioctl).
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "agent/netlink/rtnl_socket.h"
#include "agent/state/operation.h"
#include "agent/store/hosts_file.h"

namespace wgmesh {

class OperationSender {
 public:
  struct WireguardCalls {
    std::function<void(const SetWireguard&)> set;
    std::function<void(const std::string& device)> remove_peers;
  };

  OperationSender(RtnlSocket& interfaces, WireguardCalls wireguard, const HostsFile& hosts,
                  std::function<void(std::size_t)> done);

  // As Kernel::apply.
  void run(std::span<const Operation> operations);

 private:
  // What `operation` needs cannot be known, or done, before what is pending was carried out.
  bool must_wait(const Operation& operation) const;
  // How many operations from the current one on set one WireGuard device; at most some hundred.
  std::size_t count_alike() const;
  // Sets the next `count` of them as one change: an answer awaited for each peer costs more than
  // its port does. False when the kernel has refused a part of it: then each is to be sent alone.
  bool set_together(std::size_t count);
  // Of a device that is to be deleted next.
  void remove_peers(const std::string& device);
  void flush();
  int index_of(const std::string& interface);
  void queue(NetlinkMessage message);
  void queue(std::vector<NetlinkMessage> messages);

  void start(const CreateWireguard& change);
  void start(const CreateBridge& change);
  void start(const CreateTunnel& change);
  void start(const SetTunnel& change);
  void start(const SetInterface& change);
  void start(const AddAltname& change);
  void start(const RemoveAltname& change);
  void start(const SetBridge& change);
  void start(const SetRouterAdvertisements& change);
  void start(const AddAddress& change);
  void start(const RemoveAddress& change);
  void start(const SetWireguard& change);
  void start(const NoScatterGather& change);
  void start(const SetHosts& change);
  void start(const RemoveHosts& change);
  void start(const DeleteInterface& change);
  void start(const DeleteGroup& change);

  RtnlSocket& interfaces_;
  WireguardCalls wireguard_;
  const HostsFile& hosts_;
  std::function<void(std::size_t)> done_;
  std::span<const Operation> operations_;
  std::size_t current_ = 0;      // the operation being started
  std::size_t alone_until_ = 0;  // those before this one were refused as a part of a whole
  std::vector<NetlinkMessage> pending_;
  std::vector<std::size_t> origins_;    // of pending_, as indices into operations_
  std::map<std::string, int> indices_;  // of interfaces that were asked for
};

}  // namespace wgmesh
