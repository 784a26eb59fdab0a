// The name servers that the node's resolver configuration lists, link-local ones with their zone
// too (`nameserver fe80::1%eth0`), which c-ares 1.18 passes over.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/net.h"

namespace wgmesh {

struct NameServer {
  IpAddress address;
  std::string zone;  // interface, or its index in digits; empty: none

  bool operator==(const NameServer&) const = default;
};

// `text` of /etc/resolv.conf, in order; lines that name no address are left out.
std::vector<NameServer> parse_name_servers(std::string_view text);

}  // namespace wgmesh
