#include "agent/change/node_change.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "agent/change/listed_changes.h"
#include "agent/change/told_adoption.h"
#include "agent/linux/wall_clock.h"
#include "agent/node/program_link.h"
#include "agent/node/uninstall.h"
#include "agent/node/units.h"
#include "agent/state/call_again.h"
#include "agent/status/current_status.h"
#include "agent/store/atomic_file.h"
#include "agent/store/node_lock.h"
#include "common/change_counts.h"

namespace wgmesh {
namespace {

// A plan comes when the slowest node of the mesh has said hello.
constexpr std::chrono::seconds kFresh{10};

}  // namespace

NodeChange::NodeChange(const ThisNode& this_node, const Store& store, Kernel& kernel,
                       std::string mesh, bool changes_state)
    : this_node_(this_node),
      store_(store),
      kernel_(kernel),
      mesh_(std::move(mesh)),
      installation_(this_node.paths),
      unproposed_(changes_state ? Phase::kOpen : Phase::kReading),
      phase_(unproposed_) {}

bool NodeChange::is_as_before() const {
  if (phase_ == Phase::kCommitted || phase_ == Phase::kUndoFailed) { return false; }
  return !transaction_ || !transaction_->is_open();
}

void NodeChange::keep_reading(KernelReading reading) {
  reading_ = std::move(reading);
  read_at_ = BootClock::now();
}

KernelReading NodeChange::take_reading() {
  auto kept = std::exchange(reading_, std::nullopt);
  const bool is_fresh = kept && BootClock::now() < read_at_ + kFresh;
  return is_fresh ? *std::move(kept) : kernel_.read(mesh_, false);
}

proto::Changes NodeChange::propose(WantedChange goal, bool only_counts) {
  proposal_ = make_proposal(take_reading(), store_, mesh_, goal);
  goal_ = std::move(goal);
  proto::Changes changes = only_counts
                               ? counted_changes(*proposal_)
                               : listed_changes(*proposal_, mesh_, phase_ != Phase::kReading);
  propose_node(changes);
  if (only_counts) { changes = as_counts(changes); }
  if (phase_ != Phase::kReading) {
    phase_ = proposal_->changes_nothing() ? Phase::kNothingDue : Phase::kProposed;
  }
  return changes;
}

void NodeChange::propose_node(proto::Changes& changes) const {
  const auto put = [&](proto::Change::Kind kind, const std::string& text) {
    proto::Change& change = *changes.add_changes();
    change.set_text(text);
    change.set_kind(kind);
    change.set_at_commit(true);
    change.set_of_agent(true);
  };
  if (removes()) {
    for (const std::string& path : agent_leaves_with(this_node_.paths, store_, mesh_)) {
      put(proto::Change::REMOVE, "rm " + path);
    }
  }
  if (!keeps_plan()) { return; }
  if (goal_->predecessor) {
    put(proto::Change::CHANGE, adoption_words(*goal_->predecessor, *proposal_));
  }
  if (installation_.is_due()) { put(proto::Change::ADD, "install wgmesh-agent " WGMESH_VERSION); }
  if (goal_->kind == proto::UP && units_are_owed(this_node_.paths, mesh_)) {
    const auto instances = unit_instances(mesh_, goal_->plan->locates());
    put(proto::Change::ADD, fmt::format("systemctl enable {}", fmt::join(instances, " ")));
  }
}

void NodeChange::settle_node(proto::Committed& told) {
  const Paths& paths = this_node_.paths;
  const NodeLock lock(paths.run);
  for (const std::string& note : installation_.settle()) { told.add_notes(note); }
  const std::string program = installation_.lasting_name();
  const bool has_left = program.empty() && !paths.self.empty();  // no place took it
  if (has_left) { return; }
  const auto refused = put_program_link(paths, program.empty() ? lasting_program() : program);
  if (refused && proposal_->is_first) { told.add_notes(*refused); }
  if (goal_->kind != proto::UP) { return; }
  std::optional<IpAddress> answers_at;
  const auto inner = parse_prefix(goal_->plan->device().inner_address());
  if (goal_->plan->locates() && inner) { answers_at = inner->address; }
  const auto note = install_units(paths, mesh_, proposal_->is_first, program, answers_at);
  if (note) { told.add_notes(*note); }
}

template <class Step>
auto NodeChange::attempt(const Step& step) {
  try {
    return step();
  } catch (const std::exception& error) {
    const bool failed = dynamic_cast<const UndoFailed*>(&error) != nullptr;
    phase_ = failed ? Phase::kUndoFailed : unproposed_;
    proposal_.reset();
    throw;
  }
}

void NodeChange::apply(TransactionSetup setup, const OnProgress& progress) {
  if (keeps_plan()) { installation_.stage(); }
  transaction_.emplace(kernel_, store_, std::move(setup));
  attempt([&] { transaction_->apply(*proposal_, progress); });
  phase_ = phase_of_transaction();
}

Phase NodeChange::phase_of_transaction() const {
  switch (transaction_->done()) {
    case Due::kApply:
      return Phase::kStaged;
    case Due::kSwitch:
      return Phase::kSwitched;
    default:
      return Phase::kApplied;
  }
}

std::optional<std::chrono::system_clock::time_point> NodeChange::switch_over() {
  const auto at = attempt([&] { return transaction_->switch_over(); });
  phase_ = phase_of_transaction();
  return at;
}

void NodeChange::call_peers() {
  attempt([&] { transaction_->call_peers(); });
  phase_ = phase_of_transaction();
}

void NodeChange::hold() {
  attempt([&] { transaction_->hold(); });
  phase_ = Phase::kHeld;
}

void NodeChange::commit(proto::Committed& told, const OnProgress& progress) {
  bool is_settled = !keeps_plan();
  const auto settle_once = [&] {
    if (std::exchange(is_settled, true)) { return; }
    try {
      settle_node(told);
    } catch (const Error& error) { told.add_notes(error.message()); }
  };
  if (transaction_) {
    // Our units are enabled before those of a predecessor are disabled.
    const auto left = attempt([&] { return transaction_->commit(progress, settle_once); });
    if (left) { told.add_notes(left->text); }
  }
  phase_ = Phase::kCommitted;
  if (transaction_ && goal_->predecessor && exists(goal_->predecessor->kept_as)) {
    told.add_notes(adoption_note(*goal_->predecessor));
  }
  if (transaction_) {
    for (const std::string& note : proposal_->notes) { told.add_notes(note); }
  }
  if (transaction_) { settle_once(); }
  if (proposal_->stored.plan) { told.set_generation(proposal_->stored.plan->generation()); }
}

void NodeChange::finish() {
  if (transaction_) { transaction_->finish(); }
}

void NodeChange::call_again(const std::set<std::string>& peers) {
  if (goal_->kind != proto::UP) { return; }
  std::set<PublicKey> keys;
  for (const proto::Peer& peer : goal_->plan->peers()) {
    const auto key = public_key_from(peer.public_key());
    if (key && peers.contains(peer.node())) { keys.insert(*key); }
  }
  const auto calls = wgmesh::call_again(kernel_.read(mesh_, false), mesh_, keys, wall_clock());
  if (calls) {
    kernel_.apply(std::array<Operation, 1>{*calls}, [](std::size_t) {});
  }
}

std::string NodeChange::take_back(const OnProgress& progress) {
  std::string fault;
  try {
    if (transaction_) { transaction_->undo(progress); }
  } catch (const Error& error) {
    fault = error.message();
    phase_ = Phase::kUndoFailed;
  }
  installation_.discard();
  transaction_.reset();
  proposal_.reset();
  if (phase_ < Phase::kCommitted) { phase_ = unproposed_; }
  return fault;
}

void NodeChange::beat() const {
  if (transaction_) { transaction_->beat(); }
}

void NodeChange::put_names_into(proto::Status& status) const {
  const bool knows_more = is_open_change(phase_) || phase_ == Phase::kCommitted;
  if (knows_more && goal_->kind == proto::UP) { put_names(*goal_->plan, status); }
}

}  // namespace wgmesh
