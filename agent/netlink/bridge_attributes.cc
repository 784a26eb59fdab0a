#include "agent/netlink/bridge_attributes.h"

#include <fmt/format.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>

#include "agent/text/messages.h"
#include "common/error.h"

namespace wgmesh {
namespace {

// struct ifla_bridge_id: two octets of priority, six of MAC.
std::string bridge_id_text(const Attribute& attribute) {
  const Octets id = attribute.payload();
  if (id.size() != sizeof(ifla_bridge_id)) {
    throw Error(say<"netlink-report-malformed">(fmt::format("bridge ID of {} octets", id.size())));
  }
  return fmt::format("{:02x}{:02x}.{:02x}{:02x}{:02x}{:02x}{:02x}{:02x}", id[0], id[1], id[2],
                     id[3], id[4], id[5], id[6], id[7]);
}

}  // namespace

void put_bridge_data(NetlinkMessage& message, const SetBridge& change) {
  if (change.forward_delay) { message.put_u32(IFLA_BR_FORWARD_DELAY, *change.forward_delay); }
  if (change.hello_time) { message.put_u32(IFLA_BR_HELLO_TIME, *change.hello_time); }
  if (change.max_age) { message.put_u32(IFLA_BR_MAX_AGE, *change.max_age); }
  if (change.ageing) { message.put_u32(IFLA_BR_AGEING_TIME, *change.ageing); }
  if (change.stp) { message.put_u32(IFLA_BR_STP_STATE, *change.stp ? 1 : 0); }
  if (change.priority) { message.put_u16(IFLA_BR_PRIORITY, *change.priority); }
}

BridgeData parse_bridge_data(Attributes data) {
  BridgeData bridge;
  for (const Attribute& attribute : data) {
    switch (attribute.type()) {
      case IFLA_BR_FORWARD_DELAY:
        bridge.forward_delay = attribute.u32();
        break;
      case IFLA_BR_HELLO_TIME:
        bridge.hello_time = attribute.u32();
        break;
      case IFLA_BR_MAX_AGE:
        bridge.max_age = attribute.u32();
        break;
      case IFLA_BR_AGEING_TIME:
        bridge.ageing = attribute.u32();
        break;
      case IFLA_BR_TOPOLOGY_CHANGE:
        bridge.topology_changes = attribute.u8() != 0;
        break;
      case IFLA_BR_STP_STATE:
        bridge.stp = attribute.u32() != 0;
        break;
      case IFLA_BR_PRIORITY:
        bridge.priority = attribute.u16();
        break;
      case IFLA_BR_BRIDGE_ID:
        bridge.bridge_id = bridge_id_text(attribute);
        break;
      case IFLA_BR_ROOT_ID:
        bridge.root_id = bridge_id_text(attribute);
        break;
      case IFLA_BR_ROOT_PATH_COST:
        bridge.root_path_cost = attribute.u32();
        break;
      case IFLA_BR_ROOT_PORT:
        bridge.root_port = attribute.u16();
        break;
      default:
        break;
    }
  }
  return bridge;
}

void put_port_data(NetlinkMessage& message, std::optional<bool> isolated,
                   std::optional<std::uint32_t> path_cost) {
  if (isolated) { message.put_u8(IFLA_BRPORT_ISOLATED, *isolated ? 1 : 0); }
  if (path_cost) { message.put_u32(IFLA_BRPORT_COST, *path_cost); }
}

PortData parse_port_data(Attributes data) {
  PortData port;
  for (const Attribute& attribute : data) {
    switch (attribute.type()) {
      case IFLA_BRPORT_STATE:
        port.state = attribute.u8();
        break;
      case IFLA_BRPORT_NO:
        port.number = attribute.u16();
        break;
      case IFLA_BRPORT_COST:
        port.path_cost = attribute.u32();
        break;
      case IFLA_BRPORT_ISOLATED:
        port.isolated = attribute.u8() != 0;
        break;
      case IFLA_BRPORT_BRIDGE_ID:
        port.designated_bridge = bridge_id_text(attribute);
        break;
      default:
        break;
    }
  }
  return port;
}

}  // namespace wgmesh
