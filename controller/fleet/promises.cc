#include "controller/fleet/promises.h"

#include <algorithm>

namespace wgmesh {
namespace {

// What a node takes to undo by itself when its promise has run out; and the second of grace.
constexpr std::chrono::milliseconds kOwnEnd = std::chrono::seconds(3);

}  // namespace

std::optional<std::string> find_stale(const Promises& promises, BootClock::time_point now,
                                      std::chrono::milliseconds length) {
  for (const auto& [node, promise] : promises) {
    if (now - promise.since > length / 2) { return node; }
  }
  return std::nullopt;
}

BootClock::time_point end_of_doubt(const Promises& promises, std::chrono::milliseconds length) {
  BootClock::time_point end;
  for (const auto& [node, promise] : promises) {
    end = std::max(end, promise.answered + length + kOwnEnd);
  }
  return end;
}

std::chrono::steady_clock::time_point last_heard(const Promises& promises) {
  std::chrono::steady_clock::time_point last;
  for (const auto& [node, promise] : promises) { last = std::max(last, promise.heard); }
  return last;
}

}  // namespace wgmesh
