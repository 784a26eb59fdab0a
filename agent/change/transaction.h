// One change of a node, all or nothing: apply, then commit or undo. A journal and a watcher process
// finish the change if this process dies.
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
  // If false, the change proceeds even when the journal cannot be written. Then a power cut leaves
  // nothing to undo but the kernel's state, which the next command mends.
  bool needs_journal = true;
  NodeLog log{};
  bool restores = false;  // for the log
  // If false, nobody has seen the proposal's list: what is due now is applied, whatever was listed.
  bool list_was_shown = true;
};

class Transaction {
 public:
  Transaction(Kernel& kernel, const Store& store, TransactionSetup setup);
  // Undoes what was applied and not committed.
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // Carries out what is due at kApply, then reads the kernel again. If it throws, the node is as
  // before; if the undo failed too, it throws UndoFailed. Does nothing if the proposal changes
  // nothing. Throws Refused if the node is not what the shown list started from, and Error if an
  // earlier change is still open.
  void apply(const Proposal& proposal, const OnProgress& progress);
  // Only of a proposal that rotates. switch_over puts the staged keys into use; it returns the time
  // at which the kernel had them, or nothing if there are no keys to switch. call_peers is for when
  // all nodes have switched: it calls the peers that this end calls first (first_contact.h), then
  // reads the kernel again. If one of them throws, the node is as before, as with apply.
  std::optional<std::chrono::system_clock::time_point> switch_over();
  void call_peers();
  // Reads the kernel again, and looks whether every file is there and the disk still works, so that
  // commit() is one rename that needs no space. If it throws, the node is as before, as with apply.
  void hold();
  // If it returns, the change is committed, and durable; if it throws, the change was undone, as above. If the
  // kernel refuses a deletion, a line for the user is returned, and the next agent command tries
  // again. So is why files of a predecessor stay in their places; `before_leaving`: see roll_forward.
  std::optional<Said> commit(const OnProgress& progress = {},
                             const std::function<void()>& before_leaving = {});
  // What a commit leaves to do that nobody has to wait for. The destructor does it if it is not
  // called. The watcher does it if this process dies. The next agent command does it if it fails.
  void finish();
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
  // `error`: why. Throws UndoFailed, with both reasons, if the undo fails.
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
  bool owes_end_ = false;                  // of the journal of a committed change
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
