#include "agent/status/status_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/key.h"

namespace wgmesh {
namespace {

template <typename Texts>
std::string joined(const Texts& texts) {
  std::string line;
  for (const std::string& text : texts) line += (line.empty() ? "" : ", ") + text;
  return line.empty() ? "(none)" : line;
}

// As `wg` says it: "1 minute, 5 seconds".
std::string duration_text(std::int64_t seconds) {
  using Unit = std::pair<std::int64_t, const char*>;
  static constexpr std::array<Unit, 4> kUnits = {
      Unit{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
  std::string text;
  for (const auto& [length, name] : kUnits) {
    const std::int64_t count = seconds / length;
    seconds %= length;
    if (count == 0) continue;
    text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", count, name, count == 1 ? "" : "s");
  }
  return text;
}

std::string age_text(std::int64_t seconds) {
  if (seconds < 0) return "in the future (the clock was set back)";
  return seconds == 0 ? "now" : duration_text(seconds) + " ago";
}

// Two decimals without floating point, as `wg` prints them.
std::string bytes_text(std::uint64_t bytes) {
  static constexpr std::array<const char*, 4> kUnits = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  std::size_t unit = 0;
  std::uint64_t scale = 1024;
  while (unit + 1 < kUnits.size() && bytes / scale >= 1024) {
    scale *= 1024;
    ++unit;
  }
  return fmt::format("{}.{:02} {}", bytes / scale, bytes % scale * 100 / scale, kUnits[unit]);
}

std::string peer_text(const proto::PeerStatus& peer, std::int64_t now) {
  std::string text = fmt::format("\npeer: {}\n", key_text(peer.public_key(), "(none)"));
  if (!peer.node().empty()) text += fmt::format("  node: {}\n", peer.node());
  if (peer.has_preshared_key()) text += "  preshared key: (hidden)\n";
  if (!peer.endpoint().empty()) text += fmt::format("  endpoint: {}\n", peer.endpoint());
  text += fmt::format("  allowed ips: {}\n", joined(peer.allowed_ips()));
  if (peer.latest_handshake() != 0) {
    text += fmt::format("  latest handshake: {}\n", age_text(now - peer.latest_handshake()));
  }
  if (peer.transfer_rx() != 0 || peer.transfer_tx() != 0) {
    text += fmt::format("  transfer: {} received, {} sent\n", bytes_text(peer.transfer_rx()),
                        bytes_text(peer.transfer_tx()));
  }
  if (peer.persistent_keepalive() != 0) {
    text += fmt::format("  persistent keepalive: every {}\n",
                        duration_text(peer.persistent_keepalive()));
  }
  return text;
}

std::string device_text(const proto::DeviceStatus& device, std::int64_t now) {
  std::string text = fmt::format("interface: {}\n  public key: {}\n  private key: (hidden)\n",
                                 device.name(), key_text(device.public_key(), "(none)"));
  text += fmt::format("  listening port: {}\n", device.listen_port());
  if (device.fwmark() != 0) text += fmt::format("  fwmark: {:#x}\n", device.fwmark());
  text += fmt::format("  addresses: {}\n  mtu: {}\n", joined(device.addresses()), device.mtu());
  for (const proto::PeerStatus& peer : device.peers()) text += peer_text(peer, now);
  return text;
}

std::string bridge_text(const proto::BridgeStatus& bridge) {
  std::string text = fmt::format("\nbridge: {}\n  addresses: {}\n  mtu: {}\n", bridge.name(),
                                 joined(bridge.addresses()), bridge.mtu());
  if (!bridge.stp()) return text + "  spanning tree: off\n";
  text += fmt::format("  bridge id: {}\n  root: {}", bridge.bridge_id(), bridge.root_id());
  text += bridge.root_port() == 0
              ? " (this node)\n"
              : fmt::format(" (cost {}, port {})\n", bridge.root_path_cost(), bridge.root_port());
  return text;
}

std::string ports_text(const google::protobuf::RepeatedPtrField<proto::PortStatus>& ports) {
  if (ports.empty()) return {};
  std::size_t name = 4;
  std::size_t peer = 4;
  for (const proto::PortStatus& port : ports) {
    name = std::max(name, port.name().size());
    peer = std::max(peer, port.peer().size());
  }
  std::string text = fmt::format("\n{:<{}}  {:<{}}  {:<10}  {:>9}  {:>5}\n", "port", name, "peer",
                                 peer, "state", "path cost", "mtu");
  for (const proto::PortStatus& port : ports) {
    text += fmt::format("{:<{}}  {:<{}}  {:<10}  {:>9}  {:>5}\n", port.name(), name, port.peer(),
                        peer, port.state(), port.path_cost(), port.mtu());
  }
  return text;
}

std::string last_change_text(const proto::LastChange& change, std::int64_t now) {
  return fmt::format("  last change: {}, {}\n", change.text(), age_text(now - change.time()));
}

}  // namespace

std::string status_text(std::span<const proto::Status> statuses, std::int64_t now) {
  std::string text;
  for (const proto::Status& status : statuses) {
    if (!text.empty()) text += '\n';
    const char* condition = status.is_up()        ? "up"
                            : status.taken_down() ? "down, and stays down at boot"
                                                  : "down";
    text += fmt::format("mesh: {} ({})\n", status.mesh(), condition);
    if (!status.node().empty()) text += fmt::format("  node: {}\n", status.node());
    if (status.has_last_change()) text += last_change_text(status.last_change(), now);
    if (status.has_device()) text += '\n' + device_text(status.device(), now);
    if (status.has_bridge()) text += bridge_text(status.bridge());
    text += ports_text(status.ports());
  }
  return text;
}

}  // namespace wgmesh
