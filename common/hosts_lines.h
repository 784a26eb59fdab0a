// The lines that give nodes their names in /etc/hosts, as `mesh hosts` prints them and as agents keep them. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/net.h"

namespace wgmesh {

struct NamedAddress {
  std::string node;
  IpAddress address;

  bool operator==(const NamedAddress&) const = default;
};

// A line for each address, in their order and without its end: "fd00::1  mesh0 mesh0.test".
std::vector<std::string> hosts_lines(const std::string& mesh,
                                     const std::vector<NamedAddress>& named);

}  // namespace wgmesh
