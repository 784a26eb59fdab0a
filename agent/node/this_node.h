// What a session works on: kernel, files, and the node's facts. The program gives the real ones,
// tests their own.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "agent/locate/asking.h"
#include "agent/node/paths.h"
#include "agent/peers/endpoints.h"
#include "agent/state/kernel.h"
#include "proto/session.pb.h"

namespace wgmesh {

struct ThisNode {
  Paths paths;
  // Each call makes one of its own: the watcher needs its own sockets.
  std::function<std::unique_ptr<Kernel>()> open_kernel;
  // The kernel that a session changes. Empty: as open_kernel.
  std::function<std::unique_ptr<Kernel>()> open_session_kernel;
  // Adds what the node is (features, routes, firewall, ports in use) to the hello. The interfaces
  // are those of the reading.
  std::function<void(const proto::Open&, const ResolvedEndpoints&, const KernelReading&,
                     const std::set<std::string>& adopted, proto::Hello&)>
      probe;
  // Asks common peers over the tunnel; tests have peers of their own.
  std::function<Sightings(const LocateErrand&)> ask_peers = [](const LocateErrand& errand) {
    return ask_common_peers(errand);
  };
  // Throws Refused where this process may not configure the network. Empty: it may.
  std::function<void()> require_privilege;
  // This node's end of the SSH connection that the session runs over, if the environment says so:
  // an IP address, perhaps with a zone.
  std::string reached_at;
  // For tests: called before and after the promise to hold is told.
  std::function<void()> before_promise;
  std::function<void()> after_promise;
  bool with_watcher = true;
  std::chrono::milliseconds lock_patience{8'000};
  std::chrono::milliseconds resolver_patience{5'000};
};

}  // namespace wgmesh
