// The whole fleet changes as one: every node accepts its plan before any applies, every node
// applies before any commits, and when one fails all undo. The steps of SPEC's session over a
// Fleet; knows nothing of terminals (it reports through Observer) and nothing of how a node is
// reached.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/fleet.h"
#include "controller/mesh.h"
#include "controller/planner.h"
#include "proto/session.pb.h"

namespace wgmesh {

// What became of a node.
enum class Outcome : std::uint8_t {
  kUnchanged,  // it is as it was: there was nothing to do, or nothing was begun
  kApplied,    // it is as mesh.yaml wants it
  kUndone,     // it is as it was, after an undo
  kUnknown,    // nobody told us; the node undoes or keeps it by itself
};

struct NodeOutcome {
  Outcome outcome = Outcome::kUnchanged;
  std::optional<NodeFailure> failure;
  proto::Changes changes;          // what was, or would be, done
  std::vector<std::string> notes;  // the node's lines for the user
};

struct TransactionResult {
  std::map<std::string, NodeOutcome> nodes;  // by name
  std::vector<std::string> warnings;         // about the mesh, not one node's failure
  std::vector<std::string> faults;  // what makes the plan impossible across nodes (MTU …)
  std::optional<SegmentMtu> mtu;    // of `up`
  bool declined = false;            // the user said no
  bool interrupted = false;

  bool anything_to_do() const;
  // SPEC section 2: 0, 1, 4, 5, 6 or 130.
  int exit_code() const;
};

struct TransactionHooks {
  // A node has begun a step ("hello", "plan", "apply" …) or made progress in it. Any thread.
  std::function<void(const Node&, const std::string& step, unsigned done, unsigned total)> progress;
  // Asked once, when every node has accepted its plan and something is to be done; false ends it
  // there.
  std::function<bool(const TransactionResult&)> approve;
  // True from the moment that the user wants out. Looked at between steps.
  std::function<bool()> interrupted;
  // Called when the point of no return is passed, so that a signal watcher no longer interrupts.
  std::function<void()> committing;
};

// The part of a proposal that every node shares.
struct TransactionRequest {
  proto::Goal goal = proto::UP;
  bool dry_run = false;           // stop after the list of changes; takes no locks
  unsigned confirm_timeout = 60;  // seconds
  std::string origin;             // "user@host", for the lock's holder line
  std::uint64_t session_number = 0;
};

// `nodes` are those of `mesh` that `fleet` was made for. After it returns, sessions of nodes that
// take part are still open: `up` asks them for their status until the segment forwards.
TransactionResult run_transaction(Fleet& fleet, const Mesh& mesh,
                                  const std::vector<const Node*>& nodes,
                                  const TransactionRequest& request, const TransactionHooks& hooks);

}  // namespace wgmesh
