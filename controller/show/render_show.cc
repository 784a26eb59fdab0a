#include "controller/show/render_show.h"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/key.h"
#include "common/wg_device_of.h"
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

std::string allowed_ips_text(const proto::PeerStatus& peer) {
  if (peer.allowed_ips().empty()) { return std::string(kNone); }
  return printable(fmt::format("{}", fmt::join(peer.allowed_ips(), ",")));
}

std::string or_none(const std::string& text) {
  return text.empty() ? std::string(kNone) : printable(text);
}

std::string device_text(const proto::DeviceStatus& status, std::int64_t now, bool color) {
  WgDevice device = wg_device_of(status);
  device.name = printable(device.name);
  for (WgPeer& peer : device.peers) {
    peer.node = printable(peer.node);
    peer.endpoint = printable(peer.endpoint);
    for (std::string& prefix : peer.allowed_ips) { prefix = printable(prefix); }
  }
  return wg_device_text(std::move(device), now, color);
}

Json peer_json(const proto::PeerStatus& peer) {
  Json out = Json::object();
  if (!peer.node().empty()) { out["node"] = peer.node(); }
  if (peer.has_preshared_key()) { out["presharedKey"] = kHidden; }
  if (!peer.endpoint().empty()) { out["endpoint"] = peer.endpoint(); }
  if (peer.latest_handshake() > 0) { out["latestHandshake"] = peer.latest_handshake(); }
  if (peer.transfer_rx() > 0) { out["transferRx"] = peer.transfer_rx(); }
  if (peer.transfer_tx() > 0) { out["transferTx"] = peer.transfer_tx(); }
  if (peer.persistent_keepalive() > 0) { out["persistentKeepalive"] = peer.persistent_keepalive(); }
  out["allowedIps"] = Json::array();
  for (const std::string& prefix : peer.allowed_ips()) { out["allowedIps"].push_back(prefix); }
  return out;
}

Json device_json(const proto::DeviceStatus& device) {
  Json out = Json::object();
  if (public_key_from(device.public_key())) {
    out["privateKey"] = kHidden;
    out["publicKey"] = key_text(device.public_key(), kNone);
  }
  if (device.listen_port() > 0) { out["listenPort"] = device.listen_port(); }
  if (device.fwmark() > 0) { out["fwmark"] = device.fwmark(); }
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
    if (!out.empty()) { out += '\n'; }
    out += wg_heading("node", printable(report.node), color);
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
    if (!report.status || !has_device(*report.status)) { continue; }
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
                         allowed_ips_text(peer), peer.latest_handshake(), peer.transfer_rx(),
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
