// The changes of a node, listed or only counted: the list of a new mesh is many megabytes, and few read it. Pure.
// Header-only, because each program has its own kind of protobuf.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "proto/session.pb.h"

namespace wgmesh {

// How many there are.
inline std::size_t count_of(const proto::Changes& changes) {
  return static_cast<std::size_t>(changes.changes_size()) + changes.count();
}

// The same changes without their list.
inline proto::Changes as_counts(const proto::Changes& changes) {
  const auto of_agent = std::ranges::count_if(changes.changes(), &proto::Change::of_agent);
  proto::Changes counts;
  counts.set_stored_state_changes(changes.stored_state_changes());
  counts.set_count(static_cast<std::uint32_t>(count_of(changes)));
  counts.set_count_of_agent(changes.count_of_agent() + static_cast<std::uint32_t>(of_agent));
  return counts;
}

// Whether a node has anything to do or to store. The agent's own files do not count: a node that is
// clean already gets the agent only to say so, and to remove it again.
inline bool has_changes(const proto::Changes& changes) {
  const proto::Changes counts = as_counts(changes);
  return counts.stored_state_changes() || counts.count() > counts.count_of_agent();
}

}  // namespace wgmesh
