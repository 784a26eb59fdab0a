// One reading of the kernel, and the two things made of it: what can be compared with a plan
// (Observation) and what is merely measured (Status). Both are pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/netlink/links.h"
#include "agent/netlink/wireguard.h"
#include "agent/state/kernel.h"

namespace wgmesh {

struct KernelReading {
  std::vector<LinkReport> links;
  std::vector<AddressReport> addresses;
  std::optional<WireguardReport> wireguard;  // of the mesh's device, where there is one
  Limits limits;
  bool new_links_take_advertisements = false;  // the node's default for a bridge to come
};

// A link is the mesh's own by name and kind, and by group or alias: group alone is the mark of a
// link whose creation was cut off before it got its alias.
bool is_own(const LinkReport& link, const std::string& mesh);

Observation observation_of(const KernelReading& reading, const Scope& scope);
proto::Status status_of(const KernelReading& reading, const std::string& mesh);

}  // namespace wgmesh
