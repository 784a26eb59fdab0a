// Interfaces and their addresses as rtnetlink messages: each question and change as a message, each
// answer as a plain struct. Interfaces are addressed by name, so changes can be sent before their
// interfaces exist; only where the kernel insists (masters, addresses) is an index asked for. Sends
// nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/netlink/attributes.h"
#include "agent/netlink/bridge_attributes.h"
#include "agent/netlink/netlink_message.h"
#include "agent/netlink/tunnel_attributes.h"
#include "agent/state/kernel_reading.h"
#include "agent/state/operation.h"

namespace wgmesh {

// `payload` of an RTM_NEWLINK. Throws Error when it is malformed.
InterfaceReport parse_interface(Octets payload);

// `payload` of an RTM_NEWADDR. Empty for families other than IP. Throws Error when it is malformed.
std::optional<AddressReport> parse_address(Octets payload);

// Questions. The dump of interfaces leaves the counters out unless asked for.
NetlinkMessage make_interface_dump(bool with_counters);
NetlinkMessage make_interface_question(const std::string& name);
NetlinkMessage make_interface_question(int index);
NetlinkMessage make_address_dump();

// Changes; `master` is an index.
NetlinkMessage make_change(const CreateWireguard& change);
NetlinkMessage make_change(const CreateBridge& change);
NetlinkMessage make_change(const CreateTunnel& change, int master);
std::vector<NetlinkMessage> make_changes(const SetTunnel& change);
// `master`: index of change.master, 0 for none.
std::vector<NetlinkMessage> make_changes(const SetInterface& change, int master);
NetlinkMessage make_change(const AddAltname& change);
NetlinkMessage make_change(const RemoveAltname& change);
NetlinkMessage make_change(const SetBridge& change);
NetlinkMessage make_change(const AddAddress& change, int interface);
NetlinkMessage make_change(const RemoveAddress& change, int interface);
NetlinkMessage make_change(const DeleteInterface& change);
NetlinkMessage make_change(const DeleteGroup& change);

}  // namespace wgmesh
