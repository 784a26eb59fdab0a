#include "controller/show/render_show.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/key.h"
#include "controller/text/printable.h"

namespace wgmesh {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kHidden = "(hidden)";
constexpr std::string_view kNone = "(none)";

// An agent of a release before this one names an empty device where there is none.
bool has_device(const proto::Status& status) {
  return status.has_device() && !status.device().name().empty();
}

// "1 hour, 2 minutes, 5 seconds"; a year has 365 days, as `wg` counts.
std::string duration_text(std::int64_t seconds) {
  struct Unit {
    std::int64_t seconds;
    std::string_view name;
  };
  static constexpr std::array<Unit, 5> kUnits = {
      {{31536000, "year"}, {86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}}};
  std::vector<std::string> parts;
  for (const Unit& unit : kUnits) {
    const std::int64_t count = seconds / unit.seconds;
    seconds %= unit.seconds;
    if (count > 0) parts.push_back(fmt::format("{} {}{}", count, unit.name, count == 1 ? "" : "s"));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string ago_text(std::int64_t seconds) {
  if (seconds == 0) return "Now";
  if (seconds < 0) return "(in the future; the node's clock was set back)";
  return duration_text(seconds) + " ago";
}

std::string bytes_text(std::uint64_t bytes) {
  static constexpr std::array<std::string_view, 4> kUnits = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  return fmt::format("{:.2f} {}", value, kUnits[unit]);
}

std::string allowed_ips_text(const proto::PeerStatus& peer, std::string_view separator) {
  if (peer.allowed_ips().empty()) return std::string(kNone);
  return printable(fmt::format("{}", fmt::join(peer.allowed_ips(), separator)));
}

std::string or_none(const std::string& text) {
  return text.empty() ? std::string(kNone) : printable(text);
}

std::string heading(std::string_view label, std::string_view value, bool color) {
  return color ? fmt::format("\x1b[1m{}\x1b[0m: \x1b[32m{}\x1b[0m\n", label, value)
               : fmt::format("{}: {}\n", label, value);
}

std::string peer_text(const proto::PeerStatus& peer, std::int64_t now, bool color) {
  std::string out = '\n' + heading("peer", key_text(peer.public_key(), kNone), color);
  const auto put = [&out](std::string_view label, const std::string& value) {
    out += fmt::format("  {}: {}\n", label, value);
  };
  if (!peer.node().empty()) put("node", printable(peer.node()));
  if (peer.has_preshared_key()) put("preshared key", std::string(kHidden));
  if (!peer.endpoint().empty()) put("endpoint", printable(peer.endpoint()));
  put("allowed ips", allowed_ips_text(peer, ", "));
  if (peer.latest_handshake() > 0) {
    put("latest handshake", ago_text(now - peer.latest_handshake()));
  }
  if (peer.transfer_rx() > 0 || peer.transfer_tx() > 0) {
    put("transfer", fmt::format("{} received, {} sent", bytes_text(peer.transfer_rx()),
                                bytes_text(peer.transfer_tx())));
  }
  if (peer.persistent_keepalive() > 0) {
    put("persistent keepalive", "every " + duration_text(peer.persistent_keepalive()));
  }
  return out;
}

// The most recent handshake first, as `wg show` has it; peers without one last.
std::vector<const proto::PeerStatus*> by_handshake(const proto::DeviceStatus& device) {
  std::vector<const proto::PeerStatus*> peers;
  for (const proto::PeerStatus& peer : device.peers()) peers.push_back(&peer);
  std::stable_sort(peers.begin(), peers.end(), [](const auto* a, const auto* b) {
    return a->latest_handshake() > b->latest_handshake();
  });
  return peers;
}

std::string device_text(const proto::DeviceStatus& device, std::int64_t now, bool color) {
  std::string out = heading("interface", printable(device.name()), color);
  if (public_key_from(device.public_key())) {
    out += fmt::format("  public key: {}\n  private key: {}\n",
                       key_text(device.public_key(), kNone), kHidden);
  }
  if (device.listen_port() > 0) out += fmt::format("  listening port: {}\n", device.listen_port());
  if (device.fwmark() > 0) out += fmt::format("  fwmark: {:#x}\n", device.fwmark());
  for (const proto::PeerStatus* peer : by_handshake(device)) out += peer_text(*peer, now, color);
  return out;
}

Json peer_json(const proto::PeerStatus& peer) {
  Json out = Json::object();
  if (!peer.node().empty()) out["node"] = peer.node();
  if (peer.has_preshared_key()) out["presharedKey"] = kHidden;
  if (!peer.endpoint().empty()) out["endpoint"] = peer.endpoint();
  if (peer.latest_handshake() > 0) out["latestHandshake"] = peer.latest_handshake();
  if (peer.transfer_rx() > 0) out["transferRx"] = peer.transfer_rx();
  if (peer.transfer_tx() > 0) out["transferTx"] = peer.transfer_tx();
  if (peer.persistent_keepalive() > 0) out["persistentKeepalive"] = peer.persistent_keepalive();
  out["allowedIps"] = Json::array();
  for (const std::string& prefix : peer.allowed_ips()) out["allowedIps"].push_back(prefix);
  return out;
}

Json device_json(const proto::DeviceStatus& device) {
  Json out = Json::object();
  if (public_key_from(device.public_key())) {
    out["privateKey"] = kHidden;
    out["publicKey"] = key_text(device.public_key(), kNone);
  }
  if (device.listen_port() > 0) out["listenPort"] = device.listen_port();
  if (device.fwmark() > 0) out["fwmark"] = device.fwmark();
  out["peers"] = Json::object();
  for (const proto::PeerStatus& peer : device.peers()) {
    out["peers"][key_text(peer.public_key(), kNone)] = peer_json(peer);
  }
  return out;
}

}  // namespace

std::string render_show(std::span<const NodeReport> reports,
                        std::chrono::system_clock::time_point now, bool color) {
  const std::int64_t here =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  std::string out;
  for (const NodeReport& report : reports) {
    if (!out.empty()) out += '\n';
    out += heading("node", printable(report.node), color);
    if (!report.status) {
      out += fmt::format("  unreachable: {}\n", printable(report.unreachable));
    } else if (!has_device(*report.status)) {
      out += report.status->stored() ? "  down\n" : "  not set up\n";
    } else {
      const std::int64_t there = report.status->time() > 0 ? report.status->time() : here;
      out += device_text(report.status->device(), there, color);
    }
  }
  return out;
}

std::string render_show_dump(std::span<const NodeReport> reports) {
  std::string out;
  for (const NodeReport& report : reports) {
    if (!report.status || !has_device(*report.status)) continue;
    const proto::DeviceStatus& device = report.status->device();
    const bool has_key = public_key_from(device.public_key()).has_value();
    const std::string front = printable(report.node) + '\t' + printable(device.name()) + '\t';
    out += fmt::format("{}{}\t{}\t{}\t{}\n", front, has_key ? kHidden : kNone,
                       key_text(device.public_key(), kNone), device.listen_port(),
                       device.fwmark() > 0 ? fmt::format("{:#x}", device.fwmark()) : "off");
    for (const proto::PeerStatus& peer : device.peers()) {
      const unsigned keepalive = peer.persistent_keepalive();
      out += fmt::format("{}{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", front,
                         key_text(peer.public_key(), kNone),
                         peer.has_preshared_key() ? kHidden : kNone, or_none(peer.endpoint()),
                         allowed_ips_text(peer, ","), peer.latest_handshake(), peer.transfer_rx(),
                         peer.transfer_tx(), keepalive > 0 ? std::to_string(keepalive) : "off");
    }
  }
  return out;
}

std::string render_show_json(std::span<const NodeReport> reports) {
  Json document = {{"format_version", 1}, {"nodes", Json::object()}};
  for (const NodeReport& report : reports) {
    Json& node = document["nodes"][report.node] = Json::object();
    if (!report.status) {
      node["unreachable"] = report.unreachable;
    } else if (has_device(*report.status)) {
      node[report.status->device().name()] = device_json(report.status->device());
    }
  }
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace wgmesh
