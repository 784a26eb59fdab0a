#include "agent/netlink/wireguard.h"

#include <linux/genetlink.h>
#include <linux/wireguard.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "agent/netlink/socket_address.h"
#include "agent/text/messages.h"
#include "common/error.h"

namespace wgmesh {
namespace {

static_assert(WG_KEY_LEN == kKeySize);

constexpr std::size_t aligned(std::size_t payload) { return 4 + ((payload + 3) & ~std::size_t{3}); }

// Upper bounds of what is put, by nest.
constexpr std::size_t kDeviceBytes = 256;  // headers, name, key, port, mark, the peers' nest
constexpr std::size_t kPeerBytes = aligned(0) + aligned(WG_KEY_LEN) + aligned(4) +
                                   aligned(WG_KEY_LEN) + aligned(sizeof(sockaddr_in6)) +
                                   aligned(2) + aligned(0);
constexpr std::size_t kAllowedIpBytes = aligned(0) + aligned(2) + aligned(16) + aligned(1);

Secret secret_from(const Attribute& attribute) {
  if (attribute.payload().size() != kKeySize) {
    throw Error(say<"netlink-report-malformed">("a WireGuard key of the wrong size"));
  }
  return Secret::from_octets(attribute.payload().first<kKeySize>());
}

PublicKey public_key_from(const Attribute& attribute) {
  if (attribute.payload().size() != kKeySize) {
    throw Error(say<"netlink-report-malformed">("a WireGuard key of the wrong size"));
  }
  PublicKey key;
  std::ranges::copy(attribute.payload(), key.octets.begin());
  return key;
}

bool is_zero(Octets octets) {
  return std::ranges::all_of(octets, [](std::uint8_t octet) { return octet == 0; });
}

// WGALLOWEDIP_A_FAMILY, WGALLOWEDIP_A_IPADDR, WGALLOWEDIP_A_CIDR_MASK
Prefix parse_allowed_ip(Attributes attributes) {
  std::optional<IpAddress> address;
  unsigned length = 0;
  for (const Attribute& attribute : attributes) {
    if (attribute.type() == WGALLOWEDIP_A_IPADDR) { address = attribute.ip_address(); }
    if (attribute.type() == WGALLOWEDIP_A_CIDR_MASK) { length = attribute.u8(); }
  }
  if (!address) {
    throw Error(say<"netlink-report-malformed">("an allowed IP without an address"));
  }
  if (length > address->bits()) {
    throw Error(say<"netlink-report-malformed">("an allowed IP with too long a prefix"));
  }
  return {*address, length};
}

void put_allowed_ip(NetlinkMessage& message, const Prefix& prefix) {
  const Nest nest(message, 0);
  message.put_u16(WGALLOWEDIP_A_FAMILY,
                  prefix.address.family == Family::kIpv4 ? AF_INET : AF_INET6);
  message.put_ip_address(WGALLOWEDIP_A_IPADDR, prefix.address);
  message.put_u8(WGALLOWEDIP_A_CIDR_MASK, static_cast<std::uint8_t>(prefix.length));
}

void parse_peer_attribute(const Attribute& attribute, PeerReport& peer) {
  switch (attribute.type()) {
    case WGPEER_A_PRESHARED_KEY: {
      const Secret key = secret_from(attribute);
      peer.preshared_key.reset();
      if (!is_zero(attribute.payload())) { peer.preshared_key = key; }
      break;
    }
    case WGPEER_A_ENDPOINT:
      peer.endpoint = parse_kernel_socket_address(attribute.payload());
      break;
    case WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL:
      peer.persistent_keepalive = attribute.u16();
      break;
    case WGPEER_A_LAST_HANDSHAKE_TIME:
      // struct __kernel_timespec: seconds and nanoseconds, 64 bits each.
      if (attribute.payload().size() != 16) {
        throw Error(say<"netlink-report-malformed">("a handshake time of the wrong size"));
      }
      std::memcpy(&peer.latest_handshake, attribute.payload().data(), 8);
      break;
    case WGPEER_A_RX_BYTES:
      peer.rx_bytes = attribute.u64();
      break;
    case WGPEER_A_TX_BYTES:
      peer.tx_bytes = attribute.u64();
      break;
    case WGPEER_A_ALLOWEDIPS:
      for (const Attribute& item : attribute.nested()) {
        peer.allowed_ips.insert(parse_allowed_ip(item.nested()));
      }
      break;
    default:
      break;
  }
}

void parse_peer(Attributes attributes, WireguardReport& whole) {
  std::optional<PublicKey> key;
  for (const Attribute& attribute : attributes) {
    if (attribute.type() == WGPEER_A_PUBLIC_KEY) { key = public_key_from(attribute); }
  }
  if (!key) {
    throw Error(say<"netlink-report-malformed">("a WireGuard peer without a public key"));
  }
  PeerReport& peer = whole.peers[*key];
  for (const Attribute& attribute : attributes) { parse_peer_attribute(attribute, peer); }
}

std::uint32_t peer_flags(const PeerPiece& piece) {
  std::uint32_t flags = 0;
  if (piece.update.remove) { flags |= WGPEER_F_REMOVE_ME; }
  if (piece.update.update_only) { flags |= WGPEER_F_UPDATE_ONLY; }
  // In a later piece this would take away what the first has put.
  if (piece.update.allowed_ips && !piece.continues) { flags |= WGPEER_F_REPLACE_ALLOWEDIPS; }
  return flags;
}

void put_peer(NetlinkMessage& message, const PeerPiece& piece) {
  const PeerUpdate& update = piece.update;
  const Nest nest(message, 0);
  message.put(WGPEER_A_PUBLIC_KEY, update.public_key.octets);
  message.put_u32(WGPEER_A_FLAGS, peer_flags(piece));
  if (update.preshared_key) {
    // The kernel's word for "none" is 32 zero octets.
    static constexpr std::array<std::uint8_t, kKeySize> kNone{};
    const std::optional<Secret>& key = *update.preshared_key;
    message.put(WGPEER_A_PRESHARED_KEY, key ? Octets(key->reveal()) : Octets(kNone));
  }
  if (update.endpoint) {
    message.put(WGPEER_A_ENDPOINT, put_socket_address(*update.endpoint).octets());
  }
  if (update.persistent_keepalive) {
    message.put_u16(WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL, *update.persistent_keepalive);
  }
  if (update.allowed_ips && !update.allowed_ips->empty()) {
    const Nest list(message, WGPEER_A_ALLOWEDIPS);
    for (const Prefix& prefix : *update.allowed_ips) { put_allowed_ip(message, prefix); }
  }
}

}  // namespace

void parse_wireguard(Octets payload, WireguardReport& whole) {
  Octets attributes;
  read_header<genlmsghdr>(payload, attributes);
  for (const Attribute& attribute : Attributes(attributes)) {
    switch (attribute.type()) {
      case WGDEVICE_A_PRIVATE_KEY:
        whole.private_key = secret_from(attribute);
        break;
      case WGDEVICE_A_PUBLIC_KEY:
        whole.public_key = public_key_from(attribute);
        break;
      case WGDEVICE_A_LISTEN_PORT:
        whole.listen_port = attribute.u16();
        break;
      case WGDEVICE_A_FWMARK:
        whole.fwmark = attribute.u32();
        break;
      case WGDEVICE_A_PEERS:
        for (const Attribute& peer : attribute.nested()) { parse_peer(peer.nested(), whole); }
        break;
      default:
        break;
    }
  }
}

std::vector<WireguardPiece> fragments(const SetWireguard& change, std::size_t max_bytes) {
  std::vector<WireguardPiece> pieces;
  pieces.push_back({.name = change.name,
                    .private_key = change.private_key,
                    .listen_port = change.listen_port,
                    .fwmark = change.fwmark,
                    .peers = {}});
  std::size_t used = kDeviceBytes;
  const auto make_room = [&](std::size_t octets) {
    if (used + octets > max_bytes && !pieces.back().peers.empty()) {
      pieces.push_back(
          {.name = change.name, .private_key = {}, .listen_port = {}, .fwmark = {}, .peers = {}});
      used = kDeviceBytes;
      return true;
    }
    return false;
  };
  for (const PeerUpdate& update : change.peers) {
    const bool has_allowed_ips = update.allowed_ips && !update.allowed_ips->empty();
    make_room(kPeerBytes + (has_allowed_ips ? kAllowedIpBytes : 0));
    used += kPeerBytes;
    if (!has_allowed_ips) {
      pieces.back().peers.push_back({update});
      continue;
    }
    PeerUpdate first = update;
    first.allowed_ips.emplace();
    pieces.back().peers.push_back({std::move(first)});
    for (const Prefix& prefix : *update.allowed_ips) {
      if (!pieces.back().peers.back().update.allowed_ips->empty() && make_room(kAllowedIpBytes)) {
        PeerUpdate rest;
        rest.public_key = update.public_key;
        rest.update_only = true;  // the peer exists since its first piece
        rest.allowed_ips.emplace();
        pieces.back().peers.push_back({std::move(rest), true});
        used += kPeerBytes;
      }
      pieces.back().peers.back().update.allowed_ips->insert(prefix);
      used += kAllowedIpBytes;
    }
  }
  return pieces;
}

// WGDEVICE_A_IFNAME, _PRIVATE_KEY, _LISTEN_PORT, _FWMARK,
// WGDEVICE_A_PEERS { 0 { WGPEER_A_PUBLIC_KEY, _FLAGS, _PRESHARED_KEY, _ENDPOINT, _KEEPALIVE,
//                        WGPEER_A_ALLOWEDIPS { 0 { WGALLOWEDIP_A_FAMILY, _IPADDR, _CIDR_MASK } … }
//                        } … }
void put_wireguard(NetlinkMessage& message, const WireguardPiece& piece) {
  message.put_text(WGDEVICE_A_IFNAME, piece.name);
  if (piece.private_key) { message.put(WGDEVICE_A_PRIVATE_KEY, piece.private_key->reveal()); }
  if (piece.listen_port) { message.put_u16(WGDEVICE_A_LISTEN_PORT, *piece.listen_port); }
  if (piece.fwmark) { message.put_u32(WGDEVICE_A_FWMARK, *piece.fwmark); }
  if (piece.peers.empty()) { return; }
  const Nest peers(message, WGDEVICE_A_PEERS);
  for (const PeerPiece& peer : piece.peers) { put_peer(message, peer); }
}

void put_wireguard_question(NetlinkMessage& message, const std::string& name) {
  message.put_text(WGDEVICE_A_IFNAME, name);
}

void put_wireguard_emptied(NetlinkMessage& message, const std::string& name) {
  message.put_text(WGDEVICE_A_IFNAME, name);
  message.put_u32(WGDEVICE_A_FLAGS, WGDEVICE_F_REPLACE_PEERS);
}

}  // namespace wgmesh
