// What the nodes have promised before the commit: to wait for the confirm timeout. The decision to
// commit follows from these promises. Pure.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "common/boot_clock.h"

namespace wgmesh {

struct Promise {
  BootClock::time_point since;  // before it was asked for: its answer may have waited in a socket
  BootClock::time_point answered;
  std::chrono::steady_clock::time_point heard;
};
using Promises = std::map<std::string, Promise>;  // by node

// The first node whose promise of `length` is more than half over. Nothing: there is none.
std::optional<std::string> find_stale(const Promises& promises, BootClock::time_point now,
                                      std::chrono::milliseconds length);

// When every node that gets no commit has undone by itself.
BootClock::time_point end_of_doubt(const Promises& promises, std::chrono::milliseconds length);

std::chrono::steady_clock::time_point last_heard(const Promises& promises);

}  // namespace wgmesh
