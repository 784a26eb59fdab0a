// A WireGuard device in the words and the layout of `wg show`. Secrets are only ever "(hidden)".
// Both programs print with it; knows neither messages nor colours of its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wgmesh {

struct WgPeer {
  std::string public_key;  // base64
  std::string node;        // its name in the mesh; empty: not known
  bool has_preshared_key = false;
  std::string endpoint;  // empty: none
  std::vector<std::string> allowed_ips;
  std::int64_t latest_handshake = 0;  // seconds since the epoch, 0: never
  std::uint64_t rx_bytes = 0;
  std::uint64_t tx_bytes = 0;
  unsigned persistent_keepalive = 0;  // seconds, 0: off
};

struct WgDevice {
  std::string name;
  std::string public_key;  // base64; empty: it has no keys
  unsigned listen_port = 0;
  std::uint32_t fwmark = 0;
  std::vector<std::pair<std::string, std::string>> more;  // further lines: label and value
  std::vector<WgPeer> peers;
};

// The peer with the most recent handshake comes first. `now`: seconds since the epoch. `color`:
// with the escape sequences of a terminal.
std::string wg_device_text(WgDevice device, std::int64_t now, bool color);

// "interface: wg-test" as the head of a paragraph.
std::string wg_heading(std::string_view label, std::string_view value, bool color);
// "1 hour, 2 minutes, 5 seconds"; a year has 365 days. Empty for 0.
std::string duration_text(std::int64_t seconds);
// "Now", or how long ago.
std::string age_text(std::int64_t seconds);
// "512 B", "1.50 KiB", up to TiB.
std::string bytes_text(std::uint64_t bytes);

}  // namespace wgmesh
