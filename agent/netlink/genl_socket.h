// Generic netlink to one family of the kernel, found by name. Asking for a family loads its module.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "agent/netlink/netlink_socket.h"

namespace wgmesh {

class GenlSocket {
 public:
  // Throws NetlinkError (ENOENT: the kernel has no such family, nor a module for it).
  explicit GenlSocket(const std::string& family);

  // A request with its genlmsghdr; attributes follow.
  NetlinkMessage make_request(std::uint8_t command, std::uint8_t version,
                              std::size_t max_size = NetlinkMessage::kUsualSize) const;

  // As NetlinkSocket's. The payloads begin with the genlmsghdr.
  std::optional<Refusal> send(std::span<NetlinkMessage> requests) { return socket_.send(requests); }
  NetlinkReplies dump(NetlinkMessage& request) { return socket_.dump(request); }

 private:
  NetlinkSocket socket_;
  std::uint16_t family_id_ = 0;
};

// CTRL_ATTR_FAMILY_ID of an answer to CTRL_CMD_GETFAMILY, genlmsghdr first. Empty when it has none.
std::optional<std::uint16_t> parse_family_id(Octets payload);

}  // namespace wgmesh
