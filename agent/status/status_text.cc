#include "agent/status/status_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "common/wg_device_of.h"

namespace wgmesh {
namespace {

template <typename Texts>
std::string joined(const Texts& texts) {
  std::string line;
  for (const std::string& text : texts) { line += (line.empty() ? "" : ", ") + text; }
  return line.empty() ? "(none)" : line;
}

std::string device_text(const proto::DeviceStatus& status, std::int64_t now) {
  WgDevice device = wg_device_of(status);
  device.more = {{"addresses", joined(status.addresses())}, {"mtu", std::to_string(status.mtu())}};
  return wg_device_text(std::move(device), now, false);
}

std::string bridge_text(const proto::BridgeStatus& bridge) {
  std::string text = fmt::format("\nbridge: {}\n  addresses: {}\n  mtu: {}\n", bridge.name(),
                                 joined(bridge.addresses()), bridge.mtu());
  if (!bridge.stp()) { return text + "  spanning tree: off\n"; }
  text += fmt::format("  bridge id: {}\n  root: {}", bridge.bridge_id(), bridge.root_id());
  text += bridge.root_port() == 0
              ? " (this node)\n"
              : fmt::format(" (cost {}, port {})\n", bridge.root_path_cost(), bridge.root_port());
  return text;
}

std::string ports_text(const google::protobuf::RepeatedPtrField<proto::PortStatus>& ports) {
  if (ports.empty()) { return {}; }
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

// What would make the node what is stored. `wg set` may name every peer, so a line may be long.
std::string drift_text(const Inspection& inspection) {
  constexpr std::size_t kMost = 8;
  if (inspection.drift.obstacle) {
    return fmt::format("  cannot become what is stored: {}\n", inspection.drift.obstacle->text);
  }
  if (!inspection.is_changed_by_hand()) { return {}; }
  const std::vector<std::string>& operations = *inspection.drift.operations;
  std::string text = "  not as stored; `wgmesh-agent restore` would do this:\n";
  for (std::size_t i = 0; i < std::min(operations.size(), kMost); ++i) {
    text += fmt::format("    {}\n", operations[i]);
  }
  if (operations.size() > kMost) {
    text += fmt::format("    and {} more\n", operations.size() - kMost);
  }
  return text;
}

}  // namespace

std::string status_text(std::span<const Inspection> inspections, std::int64_t now) {
  std::string text;
  for (const Inspection& inspection : inspections) {
    const proto::Status& status = inspection.status;
    if (!text.empty()) { text += '\n'; }
    const char* remark = status.taken_down() && !status.is_up() ? ", and stays down at boot" : "";
    text += fmt::format("mesh: {} ({}{})\n", status.mesh(), to_text(state_of(inspection)), remark);
    if (!status.node().empty()) { text += fmt::format("  node: {}\n", status.node()); }
    if (status.has_last_change()) { text += last_change_text(status.last_change(), now); }
    text += drift_text(inspection);
    if (status.has_device()) { text += '\n' + device_text(status.device(), now); }
    if (status.has_bridge()) { text += bridge_text(status.bridge()); }
    text += ports_text(status.ports());
  }
  return text;
}

}  // namespace wgmesh
