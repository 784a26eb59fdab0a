#include "agent/state/kernel_reading.h"

#include <linux/if_bridge.h>

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

bool is_own(const LinkReport& link, const std::string& mesh) {
  const std::string alias = link_alias(mesh);
  if (link.group != link_group(mesh) && link.alias != alias &&
      !link.alias.starts_with(alias + ":")) {
    return false;
  }
  if (link.kind == "wireguard") return link.name == wireguard_name(mesh);
  if (link.kind == "bridge") return link.name == bridge_name(mesh);
  return link.tunnel && is_tunnel_name(link.name);
}

}  // namespace wgmesh
