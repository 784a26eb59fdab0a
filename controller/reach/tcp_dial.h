// A TCP connection to a name, by a deadline. All addresses of the name are raced, a quarter of a
// second apart, so one address family that leads nowhere costs nothing.
#pragma once

#include <string>

#include "common/unique_fd.h"
#include "controller/reach/interrupt.h"
#include "controller/reach/transport.h"

namespace wgmesh {

struct TcpTarget {
  std::string host;
  std::uint16_t port = 22;
  std::string address_family = "any";  // any, inet, inet6
  std::string bind_address;            // numeric; empty: any
};

// Close-on-exec, non-blocking, without Nagle's delay. Throws Unreachable, TimedOut, Interrupted.
UniqueFd dial_tcp(const TcpTarget& target, Deadline deadline, const Interrupt* interrupt);

}  // namespace wgmesh
