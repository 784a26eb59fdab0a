// The whole fleet changes as one: every node accepts its plan before any applies, every node
// applies before any commits, and when one fails all undo. Whether to commit is decided once, on
// fresh promises of all nodes. The steps of proto/session.proto over a Fleet; knows nothing of
// terminals (it reports through TransactionHooks) and nothing of how a node is reached.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/boot_clock.h"
#include "controller/fleet/fleet.h"
#include "controller/fleet/transaction_result.h"
#include "controller/mesh/mesh.h"
#include "controller/mesh/planner.h"
#include "proto/session.pb.h"

namespace wgmesh {

struct TransactionHooks {
  // A node has begun a step ("hello", "plan", "apply" …) or made progress in it. Any thread.
  std::function<void(const Node&, const std::string& step, unsigned done, unsigned total)> progress;
  // Asked once, when every node has accepted its plan and something is to be done; false ends it
  // there.
  std::function<bool(const TransactionResult&)> approve;
  // True from the moment that the user wants out. Looked at between steps.
  std::function<bool()> interrupted;
  // Called at the point of no return with the nodes that commit, so that a signal watcher no longer
  // interrupts. False: the user has interrupted just before.
  std::function<bool(const std::vector<std::string>&)> committing;
  // A node has told that it has committed. Any thread.
  std::function<void(const Node&)> committed;
};

// The part of a proposal that every node shares.
struct TransactionRequest {
  proto::Goal goal = proto::UP;   // of every node but the absent ones, which are always removed
  bool wakes = true;              // UP: brings up what was taken down, too
  bool skip_unreachable = false;  // the rest goes on without them
  // False: only how many changes each node makes is kept, and which are of the agent itself. The words of a new mesh
  // are many megabytes.
  bool keeps_changes = true;
  bool dry_run = false;           // stop after the list of changes; takes no locks
  unsigned confirm_timeout = 60;  // seconds
  // How long a node may say nothing while it applies, where progress is told often.
  std::chrono::milliseconds apply_silence = std::chrono::seconds(60);
  std::string origin;  // "user@host", for the lock's holder line
  // Of this machine; tests have their own.
  std::function<BootClock::time_point()> clock = BootClock::now;
  std::uint64_t session_number = 0;
  bool replaces_newer_agent = false;  // of the nodes, by the one that this mesh brings
  std::set<std::string> rotated;      // nodes that get new keys, all their pairs with them
  // By node, as they were when the user agreed to the changes: a node that has another one by now
  // ends it.
  std::map<std::string, std::uint64_t> agreed;
  // With path_cost auto: what was chosen, instead of what is stored.
  std::optional<TreeChoice> tree;
  // What was learned about pairs without an endpoint, instead of what is stored.
  std::optional<Learned> learned;
};

// `nodes` are those of `mesh`, absent ones too, that `fleet` was made for. A dry run plans around
// nodes that are unreachable; otherwise they end it, or are skipped. After it returns, sessions of
// nodes that take part are still open: `up` asks them for their status until the segment forwards.
TransactionResult run_transaction(Fleet& fleet, const Mesh& mesh,
                                  const std::vector<const Node*>& nodes,
                                  const TransactionRequest& request, const TransactionHooks& hooks);

}  // namespace wgmesh
