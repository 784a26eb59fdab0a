#include "common/wg_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace wgmesh {
namespace {

constexpr std::string_view kHidden = "(hidden)";
constexpr std::string_view kNone = "(none)";

void put_line(std::string& text, std::string_view label, std::string_view value) {
  text += fmt::format("  {}: {}\n", label, value);
}

std::string peer_paragraph(const WgPeer& peer, std::int64_t now, bool color) {
  std::string text = '\n' + wg_heading("peer", peer.public_key, color);
  if (!peer.node.empty()) { put_line(text, "node", peer.node); }
  if (peer.has_preshared_key) { put_line(text, "preshared key", kHidden); }
  if (!peer.endpoint.empty()) { put_line(text, "endpoint", peer.endpoint); }
  put_line(text, "allowed ips",
           peer.allowed_ips.empty() ? std::string(kNone)
                                    : fmt::format("{}", fmt::join(peer.allowed_ips, ", ")));
  if (peer.latest_handshake > 0) {
    put_line(text, "latest handshake", age_text(now - peer.latest_handshake));
  }
  if (peer.rx_bytes > 0 || peer.tx_bytes > 0) {
    put_line(
        text, "transfer",
        fmt::format("{} received, {} sent", bytes_text(peer.rx_bytes), bytes_text(peer.tx_bytes)));
  }
  if (peer.persistent_keepalive > 0) {
    put_line(text, "persistent keepalive", "every " + duration_text(peer.persistent_keepalive));
  }
  return text;
}

}  // namespace

std::string wg_heading(std::string_view label, std::string_view value, bool color) {
  return color ? fmt::format("\x1b[1m{}\x1b[0m: \x1b[32m{}\x1b[0m\n", label, value)
               : fmt::format("{}: {}\n", label, value);
}

std::string duration_text(std::int64_t seconds) {
  struct Unit {
    std::int64_t seconds;
    std::string_view name;
  };
  static constexpr std::array<Unit, 5> kUnits = {
      {{31536000, "year"}, {86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}}};
  std::string text;
  for (const Unit& unit : kUnits) {
    const std::int64_t count = seconds / unit.seconds;
    seconds %= unit.seconds;
    if (count <= 0) { continue; }
    text +=
        fmt::format("{}{} {}{}", text.empty() ? "" : ", ", count, unit.name, count == 1 ? "" : "s");
  }
  return text;
}

std::string age_text(std::int64_t seconds) {
  if (seconds == 0) { return "Now"; }
  if (seconds < 0) { return "(in the future; the node's clock was set back)"; }
  return duration_text(seconds) + " ago";
}

// Two decimals as printf rounds them, without floating point: that would cost the agent more than
// all of this file.
std::string bytes_text(std::uint64_t bytes) {
  static constexpr std::array<std::string_view, 4> kUnits = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) { return fmt::format("{} B", bytes); }
  std::size_t unit = 0;
  std::uint64_t scale = 1024;
  while (unit + 1 < kUnits.size() && bytes / scale >= 1024) {
    scale *= 1024;
    ++unit;
  }
  const std::uint64_t rest = bytes % scale * 100;
  std::uint64_t hundredths = bytes / scale * 100 + rest / scale;
  const std::uint64_t left = rest % scale;
  if (left * 2 > scale || (left * 2 == scale && hundredths % 2 == 1)) { ++hundredths; }
  return fmt::format("{}.{:02} {}", hundredths / 100, hundredths % 100, kUnits[unit]);
}

std::string wg_device_text(WgDevice device, std::int64_t now, bool color) {
  std::string text = wg_heading("interface", device.name, color);
  if (!device.public_key.empty()) {
    put_line(text, "public key", device.public_key);
    put_line(text, "private key", kHidden);
  }
  if (device.listen_port > 0) {
    put_line(text, "listening port", std::to_string(device.listen_port));
  }
  if (device.fwmark > 0) { put_line(text, "fwmark", fmt::format("{:#x}", device.fwmark)); }
  for (const auto& [label, value] : device.more) { put_line(text, label, value); }
  std::ranges::stable_sort(device.peers, std::ranges::greater(), &WgPeer::latest_handshake);
  for (const WgPeer& peer : device.peers) { text += peer_paragraph(peer, now, color); }
  return text;
}

}  // namespace wgmesh
