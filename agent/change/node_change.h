// The one change that a session makes to its node: it is proposed, applied, switched if keys
// rotate, then committed or taken back. Knows no frames. Which step may come next, session/turns.h
// says.
#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>

#include "agent/change/phase.h"
#include "agent/change/proposal.h"
#include "agent/change/transaction.h"
#include "agent/node/installation.h"
#include "agent/node/this_node.h"
#include "agent/state/kernel_reading.h"
#include "common/boot_clock.h"
#include "proto/session.pb.h"

namespace wgmesh {

class NodeChange {
 public:
  // `changes_state`: a session that only reads can propose, and no more.
  NodeChange(const ThisNode& this_node, const Store& store, Kernel& kernel, std::string mesh,
             bool changes_state);

  // The first proposal starts from this, if it comes soon: reading the kernel takes seconds on a
  // node with a thousand peers. Whoever changes the node in between and is not seen is as one who
  // does so right after: apply() reads anew, and refuses a list that is stale.
  void keep_reading(KernelReading reading);
  // The list of changes that lead to `goal`. `only_counts`: how many there are, without their words. Changes nothing.
  // Throws Refused.
  proto::Changes propose(WantedChange goal, bool only_counts);
  // All of these throw what Transaction throws. Then nothing is proposed any more.
  void apply(TransactionSetup setup, const OnProgress& progress);
  std::optional<std::chrono::system_clock::time_point> switch_over();
  void call_peers();
  void hold();
  // A failure after the commit point is reported as a note in `told`.
  void commit(proto::Committed& told, const OnProgress& progress);
  // What is left to do after a commit when its answer was given: see Transaction::finish.
  void finish();
  // Calls `peers` again, by their names in the plan that is up now; see call_again.h.
  void call_again(const std::set<std::string>& peers);
  // Undoes the change from any step. Returns what the kernel says against the undo; empty if it
  // succeeded.
  std::string take_back(const OnProgress& progress);

  // A newer agent that is installed may be replaced by this one.
  void replace_newer_agent() { installation_.accept_older(); }
  void beat() const;
  // Names the new peers in `status`: before the commit the store does not know their names.
  void put_names_into(proto::Status& status) const;

  Phase phase() const { return phase_; }
  // The node is what it was when the session began.
  bool is_as_before() const;
  bool removes() const { return goal_ && goal_->kind == proto::REMOVE; }

 private:
  // The plan is kept here, and with it the agent that knows it.
  bool keeps_plan() const {
    return goal_ && (goal_->kind == proto::UP || goal_->kind == proto::STORE);
  }
  KernelReading take_reading();
  // Once everything of the transaction is done up to its `done()`.
  Phase phase_of_transaction() const;
  // What is the node's own: program, link and units.
  void propose_node(proto::Changes& changes) const;
  void settle_node(proto::Committed& told);
  // Runs `step`; when it throws there is nothing to go on with.
  template <class Step>
  auto attempt(const Step& step);

  const ThisNode& this_node_;
  const Store& store_;
  Kernel& kernel_;
  const std::string mesh_;
  Installation installation_;
  std::optional<KernelReading> reading_;
  BootClock::time_point read_at_{};
  std::optional<WantedChange> goal_;
  std::optional<Proposal> proposal_;
  std::optional<Transaction> transaction_;
  const Phase unproposed_;  // where the change begins, and where an undo leads to
  Phase phase_;
};

}  // namespace wgmesh
