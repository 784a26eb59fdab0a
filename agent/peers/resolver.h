// Endpoint host names to addresses, all at once, by c-ares (a static binary has no getaddrinfo).
// /etc/hosts first, then DNS as /etc/resolv.conf says. Order is the resolver's (RFC 6724); which of
// the addresses is used is not decided here.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/net.h"

namespace wgmesh {

struct Resolved {
  std::vector<IpAddress> addresses;
  std::string error;  // the resolver's words; empty when there is an address
};

// One entry for each host, after `bound` at the latest. An address in text resolves to itself.
// Throws Error only when the resolver itself cannot be started.
std::map<std::string, Resolved> resolve(const std::set<std::string>& hosts,
                                        std::chrono::milliseconds bound);

}  // namespace wgmesh
