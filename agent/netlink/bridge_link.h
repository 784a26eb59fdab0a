// IFLA_INFO_DATA of a bridge and IFLA_INFO_SLAVE_DATA of its ports, both ways: what is set, and
// what spanning tree says of itself. Knows nothing of the links that carry them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/netlink/attributes.h"
#include "agent/netlink/netlink_message.h"
#include "agent/state/operation.h"

namespace wgmesh {

// IFLA_BR_*. Times in hundredths of a second.
struct BridgeData {
  bool stp = false;
  std::uint16_t priority = 0;
  std::uint32_t forward_delay = 0;
  std::uint32_t hello_time = 0;
  std::uint32_t max_age = 0;
  std::uint32_t ageing = 0;
  bool topology_changes = false;  // and so `ageing` is not what was set, but twice forward_delay
  std::string bridge_id;          // "3000.020000000001", as sysfs prints it
  std::string root_id;
  std::uint32_t root_path_cost = 0;
  std::uint16_t root_port = 0;  // port number, 0: this bridge is the root

  bool operator==(const BridgeData&) const = default;
};

// IFLA_BRPORT_*.
struct PortData {
  std::uint8_t state = 0;  // BR_STATE_*
  std::uint16_t number = 0;
  std::uint32_t path_cost = 0;
  bool isolated = false;
  std::string designated_bridge;

  bool operator==(const PortData&) const = default;
};

// "disabled", "listening", "learning", "forwarding" or "blocking".
std::string_view port_state_name(std::uint8_t state);

// Puts what is present into the open IFLA_INFO_DATA nest.
void put_bridge_data(NetlinkMessage& message, const SetBridge& change);
BridgeData parse_bridge_data(Attributes data);

// Puts what is present into the open IFLA_INFO_SLAVE_DATA nest.
void put_port_data(NetlinkMessage& message, std::optional<bool> isolated,
                   std::optional<std::uint32_t> path_cost);
PortData parse_port_data(Attributes data);

}  // namespace wgmesh
