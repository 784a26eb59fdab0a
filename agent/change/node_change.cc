#include "agent/change/node_change.h"

#include <utility>

#include "agent/node/program_link.h"
#include "agent/node/uninstall.h"
#include "agent/node/units.h"
#include "agent/state/diff.h"
#include "agent/status/current_status.h"
#include "agent/store/node_lock.h"

namespace wgmesh {

NodeChange::NodeChange(const ThisNode& this_node, const Store& store, Kernel& kernel,
                       std::string mesh)
    : this_node_(this_node),
      store_(store),
      kernel_(kernel),
      mesh_(std::move(mesh)),
      installation_(this_node.paths) {}

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
    for (const std::string& path : agent_leaves_with(this_node_.paths, store_, mesh_)) {
      proto::Change& change = *changes.add_changes();
      change.set_text("rm " + path);
      change.set_at_commit(true);
      change.set_of_agent(true);
    }
  }
  propose_node(changes);
  changes.set_stored_state_changes(!proposal_->files.empty());
  return changes;
}

void NodeChange::propose_node(proto::Changes& changes) const {
  if (!keeps_plan()) return;
  const auto add = [&](const std::string& text) {
    proto::Change& change = *changes.add_changes();
    change.set_text(text);
    change.set_at_commit(true);
    change.set_of_agent(true);
  };
  if (installation_.is_due()) add("install wgmesh-agent " WGMESH_VERSION);
  if (goal_->kind == proto::UP && units_are_owed(this_node_.paths, mesh_)) {
    add("systemctl enable wgmesh@" + mesh_ + ".service wgmesh-refresh@" + mesh_ + ".timer");
  }
}

void NodeChange::settle_node(proto::Committed& told) {
  const Paths& paths = this_node_.paths;
  const NodeLock lock(paths.run);
  for (const std::string& note : installation_.settle()) told.add_notes(note);
  const std::string program = installation_.lasting_name();
  const bool has_left = program.empty() && !paths.self.empty();  // no place took it
  if (has_left) return;
  const auto refused = put_program_link(paths, program.empty() ? lasting_program() : program);
  if (refused && proposal_->is_first) told.add_notes(*refused);
  if (goal_->kind != proto::UP) return;
  const auto note = install_units(paths, mesh_, proposal_->is_first, program);
  if (note) told.add_notes(*note);
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
  if (keeps_plan()) installation_.stage();
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
  if (transaction_) {
    for (const std::string& note : proposal_->notes) told.add_notes(note);
  }
  try {
    if (transaction_ && keeps_plan()) settle_node(told);
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
  installation_.discard();
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
