#include "agent/netlink/genl_socket.h"

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <cerrno>

#include "agent/netlink/netlink_error.h"

namespace wgmesh {

std::optional<std::uint16_t> parse_family_id(Octets payload) {
  Octets attributes;
  read_header<genlmsghdr>(payload, attributes);
  for (const Attribute& attribute : Attributes(attributes)) {
    if (attribute.type() == CTRL_ATTR_FAMILY_ID) { return attribute.u16(); }
  }
  return std::nullopt;
}

GenlSocket::GenlSocket(const std::string& family)
    : socket_(NETLINK_GENERIC), family_id_(GENL_ID_CTRL) {
  NetlinkMessage request = make_request(CTRL_CMD_GETFAMILY, 2);
  request.put_text(CTRL_ATTR_FAMILY_NAME, family);
  for (const NetlinkReply& reply : socket_.get(request)) {
    if (const auto id = parse_family_id(reply.payload)) {
      family_id_ = *id;
      return;
    }
  }
  throw NetlinkError(ENOENT, "");
}

NetlinkMessage GenlSocket::make_request(std::uint8_t command, std::uint8_t version,
                                        std::size_t max_size) const {
  NetlinkMessage request(family_id_, 0, max_size);
  genlmsghdr header{};
  header.cmd = command;
  header.version = version;
  request.put_header(&header, sizeof header);
  return request;
}

}  // namespace wgmesh
