// One change of a node, all or nothing: apply, then commit or undo. Keeps the journal and the
// watcher that see to it when this process does not live to do so.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/change/proposal.h"
#include "agent/change/recovery.h"
#include "agent/change/watcher.h"
#include "agent/node/node_log.h"
#include "agent/state/kernel.h"
#include "agent/state/schedule.h"
#include "agent/store/journal.h"
#include "agent/store/store.h"

namespace wgmesh {

struct TransactionSetup {
  std::string mesh;
  std::string origin;                          // for the journal
  int lock = -1;                               // shared with the watcher
  std::chrono::milliseconds patience{60'000};  // of a worker with a controller that is silent
  // Made in the watcher, for itself. Empty: no watcher (tests that have only one process).
  std::function<std::unique_ptr<Kernel>()> open_kernel;
  // False: where the disk takes no journal it goes on without. After a cut there is nothing to take
  // back then but what is in the kernel, and the next command mends that.
  bool needs_journal = true;
  NodeLog log{};
  bool restores = false;  // for the log
};

class Transaction {
 public:
  Transaction(Kernel& kernel, const Store& store, TransactionSetup setup);
  // Undoes what was applied and not committed.
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // Adds, changes and detaches, then reads the kernel again. Whatever it throws, the node is as
  // before, unless the undo failed too: then it throws UndoFailed. Does nothing where nothing
  // changes. Throws Refused if the node is not what the proposal started from, and Error where an
  // earlier change is still open.
  void apply(const Proposal& proposal, const OnProgress& progress);
  // Of a proposal that rotates: apply has staged, this puts the new keys into use, and call_peers,
  // when all nodes have done so, calls those peers that this end shall call (first_contact.h), then
  // reads the kernel again. As apply, they end in the state before when they throw. switch_over
  // returns when the kernel had the keys; empty where there are none to switch.
  std::optional<std::chrono::system_clock::time_point> switch_over();
  void call_peers();
  // Reads the kernel again and syncs every file, so that commit() is one rename that needs no
  // space. As apply, it ends in the state before when it throws.
  void hold();
  // When it returns it is committed; when it throws it was undone, as above. A deletion that the
  // kernel refuses is returned as a line for the user, and is tried again by the next agent
  // command.
  std::optional<std::string> commit(const OnProgress& progress = {});
  void undo(const OnProgress& progress = {});

  bool is_open() const { return entry_.has_value(); }
  // The last step that was carried out: Due::kCall, unless new keys wait for the switch (kApply) or
  // new peers wait to be called (kSwitch).
  Due done() const { return done_; }
  void beat() const;

 private:
  void finish_for_the_dead(int lock) const;
  bool write_journal(const JournalEntry& entry) const;
  // Undoes everything when `step` throws.
  void attempt(const std::function<void()>& step);
  // Throws UndoFailed where that cannot be done, with `error`, which is the reason for it.
  void undo_because_of(const Error& error);
  // As `progress`, and tells the watcher that we live.
  OnProgress with_beats(const OnProgress& progress) const;
  // Throws when the kernel lacks something that was due until now.
  void verify();
  void end();

  Kernel& kernel_;
  const Store& store_;
  TransactionSetup setup_;
  Journal journal_;
  std::optional<JournalEntry> entry_;  // while it is open
  Scope scope_;
  Schedule schedule_;
  bool rotates_ = false;
  Due done_ = Due::kCall;  // the last step that was carried out; without a rotation there are two
  bool has_journal_ = false;
  std::optional<std::string> files_left_;  // by an undo that has put the kernel back
  LastChange told_;
  std::optional<Watcher> watcher_;
};

// Neither the new state nor the old one: somebody must look.
class UndoFailed : public Error {
 public:
  using Error::Error;
};

}  // namespace wgmesh
