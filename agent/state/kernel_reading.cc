#include "agent/state/kernel_reading.h"

#include <linux/if_bridge.h>

#include <algorithm>

#include "common/naming.h"

namespace wgmesh {
namespace {

bool is_tunnel_name(const std::string& name) { return name.starts_with("gt-"); }

}  // namespace

std::string_view port_state_name(std::uint8_t state) {
  switch (state) {
    case BR_STATE_DISABLED:
      return "disabled";
    case BR_STATE_LISTENING:
      return "listening";
    case BR_STATE_LEARNING:
      return "learning";
    case BR_STATE_FORWARDING:
      return "forwarding";
    case BR_STATE_BLOCKING:
      return "blocking";
    default:
      return "unknown";
  }
}

bool is_own(const InterfaceReport& interface, const std::string& mesh) {
  const std::string alias = interface_alias(mesh);
  if (interface.group != interface_group(mesh) && interface.alias != alias &&
      !interface.alias.starts_with(alias + ":")) {
    return false;
  }
  if (interface.kind == "wireguard") { return interface.name == wireguard_name(mesh); }
  if (interface.kind == "bridge") { return interface.name == bridge_name(mesh); }
  return interface.tunnel && is_tunnel_name(interface.name);
}

bool may_be_predecessor(const InterfaceReport& interface, const std::string& mesh) {
  return interface.kind == "wireguard" && !is_own(interface, mesh) &&
         is_predecessor_name(interface.name, mesh);
}

bool is_predecessor_name(std::string_view name, std::string_view mesh) {
  const std::string own = wireguard_name(mesh);
  return name.size() > own.size() && name.size() <= kMaxInterfaceName && name.starts_with(own) &&
         std::ranges::all_of(name.substr(own.size()), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace wgmesh
