// What is told about a mesh on this node: its status, and how far the node is from what is stored. A
// value: status_text.h, status_document.h, metrics_text.h and check_line.h make text of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/node_state.h"
#include "common/said.h"
#include "proto/plan.pb.h"
#include "proto/status.pb.h"

namespace wgmesh {

// A change of the node that has been begun, and neither committed nor undone.
enum class OpenChange : std::uint8_t {
  kNone,
  kUnderWay,  // a session or a command has the mesh's lock
  kStays,     // nobody is at it, and it could not be finished
};

// What `restore` would do now, or `down` if the mesh was taken down. Where peers are is no part of
// that: they may roam.
struct Drift {
  // In the words of `ip` and `wg`. None: all is as stored; absent: see `obstacle`.
  std::optional<std::vector<std::string>> operations;
  std::optional<Said> obstacle;  // why the node cannot become what is stored
};

struct Inspection {
  proto::Status status;
  std::optional<proto::Plan> plan;  // the committed one; absent: not stored, or not readable
  bool is_device_up = false;        // false if there is none
  bool is_bridge_up = false;
  Drift drift;
  OpenChange open_change = OpenChange::kNone;
  std::optional<Said> open_change_fault;  // of kStays: why it stays

  // A change that is under way makes the node what is stored when it ends.
  bool is_changed_by_hand() const {
    return open_change != OpenChange::kUnderWay && drift.operations && !drift.operations->empty();
  }
};

NodeState state_of(const Inspection& inspection);

}  // namespace wgmesh
