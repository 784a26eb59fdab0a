// A dump of a WireGuard device in two messages, cut at the first octet's place: whatever was read,
// is written again and reads the same.
#include <algorithm>
#include <cstdlib>

#include "agent/netlink/genl_socket.h"
#include "agent/netlink/wireguard.h"
#include "common/error.h"

namespace wgmesh {
namespace {

void read_again(const WireguardReport& report) {
  SetWireguard change;
  change.name = "wg-test";
  for (const auto& [key, peer] : report.peers) {
    PeerUpdate update;
    update.public_key = key;
    update.preshared_key = peer.preshared_key;
    update.endpoint = peer.endpoint;
    update.persistent_keepalive = peer.persistent_keepalive;
    update.allowed_ips = peer.allowed_ips;
    change.peers.push_back(std::move(update));
  }
  WireguardReport again;
  for (const WireguardPiece& piece : fragments(change, 2048)) {
    NetlinkMessage message(16, 0, 2048);
    message.put_header("\0\0\0", 4);
    put_wireguard(message, piece);
    parse_wireguard(message.payload(), again);
  }
  if (again.peers.size() != report.peers.size()) { std::abort(); }
  for (const auto& [key, peer] : report.peers) {
    const PeerReport& read = again.peers.at(key);
    if (read.preshared_key != peer.preshared_key || read.endpoint != peer.endpoint ||
        read.allowed_ips != peer.allowed_ips) {
      std::abort();
    }
  }
}

}  // namespace
}  // namespace wgmesh

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  wgmesh::init_crypto();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
  if (size == 0) { return 0; }
  const wgmesh::Octets all(octets + 1, size - 1);
  const std::size_t cut = std::min<std::size_t>(all.size(), octets[0] * 4u);
  wgmesh::WireguardReport report;
  try {
    (void)wgmesh::parse_family_id(all);
  } catch (const wgmesh::Error&) {}
  try {
    wgmesh::parse_wireguard(all.first(cut), report);
    wgmesh::parse_wireguard(all.subspan(cut), report);
  } catch (const wgmesh::Error&) { return 0; }
  wgmesh::read_again(report);
  return 0;
}
