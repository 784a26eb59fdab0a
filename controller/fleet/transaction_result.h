// What became of a change of the whole fleet: of each node, and for the exit code. Values only.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/boot_clock.h"
#include "common/said.h"
#include "controller/fleet/fleet.h"
#include "controller/mesh/planner.h"
#include "proto/session.pb.h"

namespace wgmesh {

// What became of a node.
enum class Outcome : std::uint8_t {
  kUnchanged,  // it is as it was: there was nothing to do, or nothing was begun, or it was skipped
  kApplied,    // it is as mesh.yaml wants it
  kUndone,     // it is as it was, after an undo
  kUnknown,    // nobody told us; the node undoes or keeps it by itself
};

std::string to_text(Outcome outcome);

struct TransactionResult;
// Why nodes that could have gone on were not begun: "n3 is unreachable".
std::string why_it_ended(const TransactionResult& result);

struct NodeOutcome {
  Outcome outcome = Outcome::kUnchanged;
  std::optional<NodeFailure> failure;
  std::optional<std::uint64_t> generation;  // that it told before anything changed
  bool skipped = false;                     // it is unreachable, and the rest went on
  bool stays_down = false;                  // it was taken down, and only keeps its plan
  proto::Changes changes;                   // what was, or would be, done
  std::vector<std::string> notes;           // the node's lines for the user
};

struct TransactionResult {
  std::map<std::string, NodeOutcome> nodes;  // by name
  std::vector<Said> warnings;                // about the mesh, not one node's failure
  std::vector<Said> faults;       // what makes the plan impossible across nodes (MTU …)
  std::optional<SegmentMtu> mtu;  // of `up`
  // Of a rotation: between the first node that had its new keys and the last, by their clocks.
  std::optional<std::chrono::microseconds> switch_skew;
  // Between the last node's promise to wait and the last commit that was sent.
  std::optional<std::chrono::microseconds> commit_window;
  // When nodes that were left in doubt have ended by themselves.
  BootClock::time_point doubt_ends;
  Facts facts;            // the hellos of the nodes that got a plan
  Learned learned;        // that the plans were made with
  bool declined = false;  // the user said no
  bool interrupted = false;

  bool anything_to_do() const;
  // A node has failed that could be reached.
  bool any_refused() const;
  // Nodes may be in different states: some have committed and others have not, or nobody knows.
  bool in_doubt() const;
  // … after some were told to commit, so that a second run can bring them together again. If none
  // was told, all end in the old state, and nobody has to do anything.
  bool wants_mending() const { return commit_window && in_doubt(); }
  // Names of the nodes that were skipped.
  std::vector<std::string> skipped() const;
  // As exit_code.h has them: 0, 1, 3, 4, 5, 6 or 130.
  int exit_code() const;
};

}  // namespace wgmesh
