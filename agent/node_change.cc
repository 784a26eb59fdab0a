#include "agent/node_change.h"

#include <utility>

#include "agent/current_status.h"
#include "agent/diff.h"
#include "agent/program_link.h"
#include "agent/uninstall.h"
#include "agent/units.h"

namespace wgmesh {

NodeChange::NodeChange(const Surroundings& surroundings, const Store& store, Kernel& kernel,
                       std::string mesh)
    : surroundings_(surroundings), store_(store), kernel_(kernel), mesh_(std::move(mesh)) {}

proto::Changes NodeChange::propose(Goal goal) {
  proposal_ = make_proposal(kernel_, store_, mesh_, goal);
  goal_ = std::move(goal);
  proto::Changes changes;
  const std::size_t at_commit = first_deletion(proposal_->operations);
  for (std::size_t i = 0; i < proposal_->operations.size(); ++i) {
    proto::Change& change = *changes.add_changes();
    change.set_text(describe(proposal_->operations[i]));
    change.set_at_commit(i >= at_commit);
  }
  if (removes()) {
    for (const std::string& path : agent_leaves_with(surroundings_.paths, store_, mesh_)) {
      proto::Change& change = *changes.add_changes();
      change.set_text("rm " + path);
      change.set_at_commit(true);
      change.set_of_agent(true);
    }
  }
  changes.set_stored_state_changes(!proposal_->files.empty());
  return changes;
}

template <class Step>
auto NodeChange::attempt(const Step& step) {
  try {
    return step();
  } catch (const std::exception& error) {
    if (dynamic_cast<const UndoFailed*>(&error) != nullptr) undo_failed_ = true;
    applied_ = false;
    proposal_.reset();
    throw;
  }
}

void NodeChange::apply(TransactionSetup setup, const OnProgress& progress) {
  transaction_.emplace(kernel_, store_, std::move(setup));
  attempt([&] { transaction_->apply(*proposal_, progress); });
  applied_ = true;
}

std::optional<std::chrono::system_clock::time_point> NodeChange::switch_over() {
  return attempt([&] { return transaction_->switch_over(); });
}

void NodeChange::call_peers() {
  attempt([&] { transaction_->call_peers(); });
}

void NodeChange::hold() {
  attempt([&] {
    if (transaction_) transaction_->hold();
  });
}

bool NodeChange::may_commit() const {
  return proposal_ && !committed_ && (applied_ || proposal_->changes_nothing());
}

void NodeChange::commit(proto::Committed& told, const OnProgress& progress) {
  if (transaction_) {
    if (const auto left = attempt([&] { return transaction_->commit(progress); })) {
      told.add_notes(*left);
    }
  }
  committed_ = true;
  try {
    if (transaction_ && goal_->kind == proto::UP) {
      const auto unlinked = put_program_link(surroundings_.paths, lasting_program());
      if (unlinked && proposal_->is_first) told.add_notes(*unlinked);
      const auto note = install_units(surroundings_.paths, mesh_, proposal_->is_first);
      if (note) told.add_notes(*note);
    }
    const Loaded loaded = store_.load(mesh_);
    if (loaded.mesh.plan) told.set_generation(loaded.mesh.plan->generation());
  } catch (const Error& error) {
    told.add_notes(error.message());
  }
}

std::string NodeChange::take_back(const OnProgress& progress) {
  std::string fault;
  try {
    if (transaction_) transaction_->undo(progress);
  } catch (const Error& error) {
    fault = error.message();
    undo_failed_ = true;
  }
  transaction_.reset();
  proposal_.reset();
  applied_ = false;
  return fault;
}

void NodeChange::beat() const {
  if (transaction_) transaction_->beat();
}

void NodeChange::put_names_into(proto::Status& status) const {
  if (applied_ && goal_->kind == proto::UP) put_names(*goal_->plan, status);
}

}  // namespace wgmesh
