#include "agent/netlink/wireguard_socket.h"

#include <linux/wireguard.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "agent/netlink/netlink_error.h"

namespace wgmesh {

WireguardSocket::WireguardSocket() : socket_(WG_GENL_NAME) {}

std::optional<WireguardReport> WireguardSocket::find_device(const std::string& name) {
  NetlinkMessage request = socket_.make_request(WG_CMD_GET_DEVICE, WG_GENL_VERSION);
  put_wireguard_question(request, name);
  WireguardReport device;
  try {
    for (const NetlinkReply& reply : socket_.dump(request)) {
      parse_wireguard(reply.payload, device);
    }
  } catch (const NetlinkError& error) {
    if (error.error_number() == ENODEV) { return std::nullopt; }
    throw;
  }
  return device;
}

void WireguardSocket::remove_peers(const std::string& name) {
  NetlinkMessage request = socket_.make_request(WG_CMD_SET_DEVICE, WG_GENL_VERSION);
  put_wireguard_emptied(request, name);
  if (const auto refusal = socket_.send({&request, 1})) {
    throw NetlinkError(refusal->answer.error_number, refusal->answer.extended_ack);
  }
}

void WireguardSocket::set(const SetWireguard& change, std::size_t max_bytes) {
  // One message a send: a later piece builds upon the earlier ones.
  for (const WireguardPiece& piece : fragments(change, max_bytes)) {
    NetlinkMessage request = socket_.make_request(WG_CMD_SET_DEVICE, WG_GENL_VERSION,
                                                  std::max(max_bytes, NetlinkMessage::kUsualSize));
    put_wireguard(request, piece);
    if (const auto refusal = socket_.send({&request, 1})) {
      throw NetlinkError(refusal->answer.error_number, refusal->answer.extended_ack);
    }
  }
}

}  // namespace wgmesh
