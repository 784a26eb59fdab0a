// WireGuard's generic netlink, both ways: what a device is, as octets; a change of any size, cut
// into pieces that fit into messages. Sends nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/netlink/attributes.h"
#include "agent/netlink/netlink_message.h"
#include "agent/state/kernel_reading.h"
#include "agent/state/operation.h"
#include "common/key.h"
#include "common/net.h"

namespace wgmesh {

// Adds what one message of a WG_CMD_GET_DEVICE dump says (`payload` begins with the genlmsghdr) to
// what the earlier ones said: a peer with many allowed IPs comes in several messages, and only the
// first has more of it than its public key. Throws Error when it is malformed.
void parse_wireguard(Octets payload, WireguardReport& whole);

// Octets of one message; a nest (all peers are in one) holds at most 65535.
inline constexpr std::size_t kMaxSetBytes = 60'000;

// A part of a SetWireguard that fits into one message.
struct PeerPiece {
  PeerUpdate update;
  bool continues = false;  // only adds allowed IPs to those of the piece before

  bool operator==(const PeerPiece&) const = default;
};
struct WireguardPiece {
  std::string name;
  std::optional<Secret> private_key;
  std::optional<std::uint16_t> listen_port;
  std::optional<std::uint32_t> fwmark;
  std::vector<PeerPiece> peers;

  bool operator==(const WireguardPiece&) const = default;
};

// Cuts a change into pieces, each of at most `max_bytes` octets once encoded; at least one piece,
// and at least one peer or allowed IP in each. Pieces are to be sent in order; together they are
// not atomic.
std::vector<WireguardPiece> fragments(const SetWireguard& change,
                                      std::size_t max_bytes = kMaxSetBytes);

// Puts WGDEVICE_* into a WG_CMD_SET_DEVICE.
void put_wireguard(NetlinkMessage& message, const WireguardPiece& piece);
void put_wireguard_question(NetlinkMessage& message, const std::string& name);
// Takes all peers of the device away.
void put_wireguard_emptied(NetlinkMessage& message, const std::string& name);

}  // namespace wgmesh
