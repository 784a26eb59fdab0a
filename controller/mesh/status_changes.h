// Two looks at a mesh, for `status -w`: how fast bytes flow between them, and what has changed. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "controller/mesh/status_rows.h"

namespace wgmesh {

struct Look {
  std::chrono::steady_clock::time_point at;
  MeshStatus status;
};

// Bytes per second. Nothing: not known, as of a link that was made anew and counts from nought.
struct Rates {
  std::optional<double> received;
  std::optional<double> sent;

  bool operator==(const Rates&) const = default;
};

struct StatusChanges {
  std::vector<Rates> rates;            // of each node of the later look, in its order
  std::vector<std::string> sentences;  // "n1: up, was down"

  bool operator==(const StatusChanges&) const = default;
};

StatusChanges status_changes(const Look& before, const Look& now);

}  // namespace wgmesh
