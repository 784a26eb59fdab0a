#include "agent/netlink/rtnl_socket.h"

#include <linux/rtnetlink.h>

#include <cerrno>

#include "agent/netlink/netlink_error.h"

namespace wgmesh {

RtnlSocket::RtnlSocket() : socket_(NETLINK_ROUTE) {}

std::vector<LinkReport> RtnlSocket::read_links(bool with_counters) {
  NetlinkMessage request = make_link_dump(with_counters);
  std::vector<LinkReport> links;
  for (const NetlinkReply& reply : socket_.dump(request)) {
    if (reply.type == RTM_NEWLINK) links.push_back(parse_link(reply.payload));
  }
  return links;
}

std::vector<AddressReport> RtnlSocket::read_addresses() {
  NetlinkMessage request = make_address_dump();
  std::vector<AddressReport> addresses;
  for (const NetlinkReply& reply : socket_.dump(request)) {
    if (reply.type != RTM_NEWADDR) continue;
    if (auto address = parse_address(reply.payload)) addresses.push_back(*address);
  }
  return addresses;
}

std::optional<LinkReport> RtnlSocket::ask_link(NetlinkMessage question) {
  try {
    for (const NetlinkReply& reply : socket_.get(question)) {
      if (reply.type == RTM_NEWLINK) return parse_link(reply.payload);
    }
  } catch (const NetlinkError& error) {
    if (error.error_number() != ENODEV) throw;
  }
  return std::nullopt;
}

std::optional<LinkReport> RtnlSocket::find_link(const std::string& name) {
  return ask_link(make_link_question(name));
}

std::optional<LinkReport> RtnlSocket::find_link(int index) {
  return ask_link(make_link_question(index));
}

}  // namespace wgmesh
