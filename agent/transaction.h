// One change of a node, all or nothing: apply, then commit or undo. Keeps the journal and the
// watcher that see to it when this process does not live to do so.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/journal.h"
#include "agent/kernel.h"
#include "agent/proposal.h"
#include "agent/store.h"
#include "agent/watcher.h"

namespace wgmesh {

struct TransactionSetup {
  std::string mesh;
  std::string origin;                          // for the journal
  int lock = -1;                               // shared with the watcher
  std::chrono::milliseconds patience{90'000};  // of the watcher with us
  // Made in the watcher, for itself. Empty: no watcher (tests that have only one process).
  std::function<std::unique_ptr<Kernel>()> open_kernel;
  // False: where the disk takes no journal it goes on without. After a cut there is nothing to take
  // back then but what is in the kernel, and the next command mends that.
  bool needs_journal = true;
};

class Transaction {
 public:
  using OnProgress = std::function<void(std::size_t done, std::size_t total)>;

  Transaction(Kernel& kernel, const Store& store, TransactionSetup setup);
  // Undoes what was applied and not committed.
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // Adds, changes and detaches, then reads the kernel again. Whatever it throws, the node is as
  // before, unless the undo failed too: then it throws UndoFailed. Does nothing where nothing
  // changes.
  void apply(const Proposal& proposal, const OnProgress& progress);
  // Of a proposal that rotates: apply has staged, this puts the new keys into use, and call_peers,
  // when all nodes have done so, calls those peers that this end shall call (first_contact.h), then
  // reads the kernel again. As apply, they end in the state before when they throw. switch_over
  // returns when the kernel had the keys.
  std::chrono::system_clock::time_point switch_over();
  void call_peers();
  // When it returns it is committed; when it throws it was undone. A deletion that the kernel
  // refuses is returned as a line for the user, and is tried again by the next agent command.
  std::optional<std::string> commit();
  void undo();

  bool is_open() const { return entry_.has_value(); }
  // It is staged, and not in use yet.
  bool is_staged() const { return switch_over_.has_value(); }
  void beat() const;

 private:
  void finish_for_the_dead(int lock) const;
  bool write_journal(const JournalEntry& entry) const;
  // Undoes everything when `step` throws.
  void attempt(const std::function<void()>& step);
  void verify(const State& desired);
  void end();

  Kernel& kernel_;
  const Store& store_;
  TransactionSetup setup_;
  Journal journal_;
  std::optional<JournalEntry> entry_;  // while it is open
  Scope scope_;
  // Of a rotation, each until it is done; and what stands then.
  std::optional<std::vector<Operation>> switch_over_;
  std::vector<Operation> calls_;
  State contact_;
  bool has_journal_ = false;
  std::optional<Watcher> watcher_;
};

// Neither the new state nor the old one: somebody must look.
class UndoFailed : public Error {
 public:
  using Error::Error;
};

}  // namespace wgmesh
