#include "agent/netlink/rtnl_socket.h"

#include <linux/rtnetlink.h>

#include <cerrno>

#include "agent/netlink/netlink_error.h"

namespace wgmesh {

RtnlSocket::RtnlSocket() : socket_(NETLINK_ROUTE) {}

std::vector<InterfaceReport> RtnlSocket::read_interfaces(bool with_counters) {
  NetlinkMessage request = make_interface_dump(with_counters);
  std::vector<InterfaceReport> interfaces;
  for (const NetlinkReply& reply : socket_.dump(request)) {
    if (reply.type == RTM_NEWLINK) { interfaces.push_back(parse_interface(reply.payload)); }
  }
  return interfaces;
}

std::vector<AddressReport> RtnlSocket::read_addresses() {
  NetlinkMessage request = make_address_dump();
  std::vector<AddressReport> addresses;
  for (const NetlinkReply& reply : socket_.dump(request)) {
    if (reply.type != RTM_NEWADDR) { continue; }
    if (auto address = parse_address(reply.payload)) { addresses.push_back(*address); }
  }
  return addresses;
}

std::optional<InterfaceReport> RtnlSocket::ask_interface(NetlinkMessage question) {
  try {
    for (const NetlinkReply& reply : socket_.get(question)) {
      if (reply.type == RTM_NEWLINK) { return parse_interface(reply.payload); }
    }
  } catch (const NetlinkError& error) {
    if (error.error_number() != ENODEV) { throw; }
  }
  return std::nullopt;
}

std::optional<InterfaceReport> RtnlSocket::find_interface(const std::string& name) {
  return ask_interface(make_interface_question(name));
}

std::optional<InterfaceReport> RtnlSocket::find_interface(int index) {
  return ask_interface(make_interface_question(index));
}

}  // namespace wgmesh
