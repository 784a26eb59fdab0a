// The questions and changes of interfaces.h, sent. One dump answers for all interfaces.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/netlink/interfaces.h"
#include "agent/netlink/netlink_socket.h"

namespace wgmesh {

class RtnlSocket {
 public:
  RtnlSocket();

  // Of this network namespace. Throw NetlinkError.
  std::vector<InterfaceReport> read_interfaces(bool with_counters = false);
  std::vector<AddressReport> read_addresses();
  std::optional<InterfaceReport> find_interface(const std::string& name);  // or by altname
  std::optional<InterfaceReport> find_interface(int index);

  // As NetlinkSocket's.
  std::optional<Refusal> send(std::span<NetlinkMessage> requests,
                              const std::function<void(std::size_t)>& acknowledged = {}) {
    return socket_.send(requests, acknowledged);
  }
  NetlinkReplies get(NetlinkMessage& request) { return socket_.get(request); }
  NetlinkReplies dump(NetlinkMessage& request) { return socket_.dump(request); }

 private:
  std::optional<InterfaceReport> ask_interface(NetlinkMessage question);

  NetlinkSocket socket_;
};

}  // namespace wgmesh
