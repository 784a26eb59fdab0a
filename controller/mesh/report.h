// What came back from one node, for the renderers: a result, or why there is none.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "proto/session.pb.h"
#include "proto/status.pb.h"

namespace wgmesh {

struct NodeReport {
  std::string node;
  std::optional<proto::Status> status = {};
  std::string unreachable = {};            // why there is no status
  std::optional<proto::Hello> hello = {};  // with which the session began
  std::chrono::seconds clock_skew{};       // of the node's clock less the controller's
};

struct NodeChanges {
  std::string node;
  std::optional<proto::Changes> changes;
  std::string unreachable;  // why there are no changes
};

}  // namespace wgmesh
