#include "controller/fleet/transaction.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "common/change_counts.h"
#include "common/error.h"
#include "controller/fleet/promises.h"
#include "controller/mesh/admission.h"
#include "controller/mesh/goal.h"
#include "controller/mesh/identity.h"
#include "controller/mesh/preshared_keys.h"
#include "controller/mesh/report.h"
#include "controller/mesh/stored_learned.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

// To switch is one message to a kernel, and while one node has not, its pairs are cut.
constexpr std::chrono::milliseconds kSwitchSilence = std::chrono::seconds(10);

class Transaction {
 public:
  Transaction(Fleet& fleet, const Mesh& mesh, const std::vector<const Node*>& nodes,
              const TransactionRequest& request, const TransactionHooks& hooks)
      : fleet_(fleet), mesh_(mesh), nodes_(nodes), request_(request), hooks_(hooks) {
    for (const Node* node : nodes_) { result_.nodes[node->name]; }
  }

  TransactionResult run() {
    if (prepare() && !request_.dry_run && anything_to_apply() && approved()) {
      if (apply() && switch_over() && hold() && may_commit()) {
        commit();
      } else {
        undo();
      }
    }
    for (auto& [name, failure] : fleet_.failures()) {
      NodeOutcome& node = result_.nodes[name];
      if (!node.failure) { node.failure = failure; }
    }
    result_.learned = std::move(mesh_.learned);
    result_.facts = std::move(facts_);
    return std::move(result_);
  }

 private:
  // Everything up to the list of changes. Nothing on any node changes here. False: it ends here.
  bool prepare() {
    hello();
    leave_out_unreachable();
    mesh_.learned = request_.learned ? *request_.learned : stored_learned(mesh_, facts_);
    refuse_mistaken_identities();
    if (stopped() || !result_.faults.empty()) { return false; }
    if (request_.goal == proto::UP) {
      refuse_what_hello_shows();
      if (stopped() || !result_.faults.empty()) { return false; }
      try {
        result_.mtu = segment_mtu(mesh_, facts_);
      } catch (const Error& error) {
        const std::string cure = error.cure().empty() ? "" : "; " + error.cure();
        result_.faults.push_back({error.id(), error.message() + cure, {}});
        return false;
      }
      warn(warnings_of(mesh_, facts_, *result_.mtu));
      make_secrets();
      if (stopped()) { return false; }
    }
    propose();
    return !stopped();
  }

  void hello() {
    auto hellos = fleet_.connect_and_ask([&](const Node& node, Session& session) {
      report(node, "hello");
      proto::Open open = open_for(mesh_, node);
      open.set_changes_state(!request_.dry_run);
      open.set_session_number(request_.session_number);
      open.set_origin(request_.origin);
      open.set_confirm_timeout(request_.confirm_timeout);
      open.set_replaces_newer_agent(request_.replaces_newer_agent);
      open.set_rotates(request_.rotated.contains(node.name));
      open.set_holds(true);
      open.set_reached_at(session.reached_at());
      open.set_removes(node.absent || request_.goal == proto::REMOVE);
      if (!is_planned(node)) { open.clear_peers(); }
      proto::Hello hello = session.open(open);
      result_.nodes.at(node.name).generation = hello.generation();
      const bool cuts_itself_off = hello.reached_through_mesh() && !request_.dry_run &&
                                   (node.absent || request_.goal != proto::UP);
      if (cuts_itself_off) { throw cut_off(node); }
      return hello;
    });
    for (auto& [name, hello] : hellos) {
      (is_planned(mesh_node(name)) ? facts_ : others_)[name] = std::move(hello);
    }
    for (const auto& [name, generation] : request_.agreed) {
      const auto now = result_.nodes.at(name).generation;
      if (!now || *now == generation) { continue; }
      result_.faults.push_back(say<"change-plan-outdated">(name));
    }
  }

  // The end of the mesh there is the end of the session, so nobody would hear whether it went well.
  Error cut_off(const Node& node) const {
    return Error(say<"change-cuts-itself-off">(node.name, mesh_.name));
  }

  // Once, before anything is planned: a node that is lost later ends it. Where nobody is left there
  // is nothing to go on with.
  void leave_out_unreachable() {
    if (!request_.skip_unreachable && !request_.dry_run) { return; }
    const auto failures = fleet_.failures();
    if (failures.size() == nodes_.size()) { return; }
    for (const auto& [name, failure] : failures) {
      if (failure.kind != NodeFailure::Kind::kUnreachable) { continue; }
      left_out_.insert(name);
      facts_.erase(name);
      result_.nodes.at(name).skipped = request_.skip_unreachable;
    }
  }

  void refuse_mistaken_identities() {
    Facts all = facts_;
    all.insert(others_.begin(), others_.end());
    for (const auto& found : {find_strangers(mesh_, all), find_clones(mesh_, facts_)}) {
      for (const Mistaken& mistaken : found) {
        fleet_.fail(mesh_node(mistaken.node),
                    {NodeFailure::Kind::kFailed, "hello", mistaken.said.text, mistaken.said.cure,
                     mistaken.said.id});
      }
    }
  }

  const Node& mesh_node(const std::string& name) const {
    return **std::ranges::find(nodes_, name, &Node::name);
  }

  bool is_planned(const Node& node) const { return request_.goal == proto::UP && !node.absent; }

  void refuse_what_hello_shows() {
    Admission admission = admit(mesh_, facts_, left_out_);
    for (Obstacle& obstacle : admission.obstacles) {
      fleet_.fail(mesh_node(obstacle.node),
                  {NodeFailure::Kind::kFailed, "hello", std::move(obstacle.said.text),
                   std::move(obstacle.said.cure), std::move(obstacle.said.id)});
    }
    warn(std::move(admission.warnings));
    for (Said& fault : find_half_rotations(mesh_, request_.rotated, left_out_)) {
      result_.faults.push_back(std::move(fault));
    }
  }

  void warn(std::vector<Said> warnings) {
    std::ranges::move(warnings, std::back_inserter(result_.warnings));
  }

  // One node of a pair makes the preshared key and seals it to the other; we carry the box.
  void make_secrets() {
    const auto to_make = preshared_keys_to_make(mesh_, facts_, request_.rotated);
    if (to_make.empty()) { return; }
    const auto made = fleet_.ask(
        "secrets", [&](const Node& node) { return to_make.contains(node.name); },
        [&](const Node& node, Session& session) {
          report(node, "secrets");
          proto::MakeSecrets wanted;
          for (const std::string& peer : to_make.at(node.name)) {
            proto::SecretFor& one = *wanted.add_peers();
            one.set_node(peer);
            one.set_session_key(facts_.at(peer).session_key());
          }
          return session.make_secrets(wanted);
        });
    for (const auto& [name, secrets] : made) {
      for (const proto::SealedSecret& box : secrets.sealed()) {
        proto::SealedSecret& forwarded = sealed_[box.node()].emplace_back();
        forwarded.set_node(name);
        forwarded.set_box(box.box());
      }
    }
  }

  void propose() {
    fleet_.each("plan", [&](const Node& node, Session& session) {
      report(node, "plan");
      proto::Propose proposal;
      if (is_planned(node)) {
        proposal = proposal_for(mesh_, node, facts_, *result_.mtu,
                                request_.tree ? &*request_.tree : nullptr);
      }
      proposal.set_goal(goal_for(mesh_, node, facts_, request_.goal, request_.wakes));
      proposal.set_rotates(!request_.rotated.empty());
      proposal.set_only_counts(!request_.keeps_changes);
      if (is_planned(node)) {
        if (const auto boxes = sealed_.find(node.name); boxes != sealed_.end()) {
          for (const proto::SealedSecret& box : boxes->second) { *proposal.add_sealed() = box; }
        }
      }
      NodeOutcome& outcome = result_.nodes.at(node.name);
      outcome.stays_down = proposal.goal() == proto::STORE;
      proto::Changes changes = session.propose(std::move(proposal));
      outcome.changes = request_.keeps_changes ? std::move(changes) : as_counts(changes);
    });
  }

  bool approved() {
    result_.declined = hooks_.approve && result_.anything_to_do() && !hooks_.approve(result_);
    return !result_.declined && !stopped();
  }

  // An agent that was only brought to look is removed all the same.
  static bool takes_changes(const NodeOutcome& node) {
    return count_of(node.changes) > 0 || node.changes.stored_state_changes();
  }
  bool takes_changes(const Node& node) const { return takes_changes(result_.nodes.at(node.name)); }
  bool anything_to_apply() const {
    return std::ranges::any_of(result_.nodes,
                               [](const auto& node) { return takes_changes(node.second); });
  }

  // True when every node that had something to do says that its kernel now equals the plan.
  bool apply() {
    fleet_.together(
        "apply", [&](const Node& node) { return takes_changes(node); },
        [&](const Node& node, Session& session) {
          result_.nodes.at(node.name).outcome = Outcome::kUnknown;
          report(node, "apply");
          session.apply(
              [&](const proto::Progress& progress) {
                report(node, "apply", progress.done(), progress.total());
              },
              request_.apply_silence);
          result_.nodes.at(node.name).outcome = Outcome::kApplied;
        });
    return !stopped();
  }

  // Keys that are staged everywhere come into use, everywhere at the same moment: who is late
  // cannot be understood meanwhile.
  bool switch_over() {
    if (request_.rotated.empty()) { return true; }
    const auto chosen = [&](const Node& node) { return takes_changes(node); };
    fleet_.together("switch", chosen,
                    [&](const Node&, Session& session) { session.send_switch_over(); });
    const auto switched =
        fleet_.ask_together("switch", chosen, [&](const Node& node, Session& session) {
          report(node, "switch");
          return session.wait_switched_over(std::min(request_.apply_silence, kSwitchSilence));
        });
    if (stopped()) { return false; }
    std::vector<std::chrono::microseconds> times;
    for (const auto& [name, answer] : switched) {
      if (answer.at() != 0) {
        times.emplace_back(answer.at());  // 0: it had no keys to switch
      }
    }
    if (!times.empty()) {
      const auto [first, last] = std::ranges::minmax(times);
      result_.switch_skew = last - first;
    }
    // Now that everybody understands it one end of each pair calls.
    fleet_.together("switch", chosen, [&](const Node&, Session& session) {
      session.call_peers(request_.apply_silence);
    });
    return !stopped();
  }

  std::chrono::milliseconds promise() const {
    return std::chrono::seconds(request_.confirm_timeout);
  }

  // Each node promises to wait for the confirm timeout. A promise counts from before it was asked
  // for: the answer may have waited in a socket while we stood still.
  bool hold() {
    promises_ = fleet_.ask_together(
        "hold", [&](const Node& node) { return takes_changes(node); },
        [&](const Node& node, Session& session) {
          report(node, "hold");
          const auto since = request_.clock();
          session.hold(promise() / 2);
          return Promise{since, request_.clock(), std::chrono::steady_clock::now()};
        });
    result_.doubt_ends = end_of_doubt(promises_, promise());
    return !stopped();
  }

  // The decision, taken once: from here on every node commits. No node may have undone already, nor
  // be near to it.
  bool may_commit() {
    fleet_.together(
        "hold", [](const Node&) { return true; },
        [](const Node&, Session& session) { session.listen_in(); });
    if (stopped()) { return false; }
    if (const auto stale = find_stale(promises_, request_.clock(), promise())) {
      result_.faults.push_back(say<"change-commit-too-late">(request_.confirm_timeout, *stale));
      return false;
    }
    std::vector<std::string> names;
    for (const auto& [name, made] : promises_) { names.push_back(name); }
    if (!hooks_.committing || hooks_.committing(names)) { return true; }
    result_.interrupted = true;
    return false;
  }

  void undo() {
    for (const auto& [name, failure] : fleet_.failures()) {
      NodeOutcome& node = result_.nodes[name];
      // Whoever is lost undoes by itself, later, and nobody will have seen it.
      const bool was_begun = node.outcome != Outcome::kUnchanged;
      if (was_begun) { node.outcome = failure.undone ? Outcome::kUndone : Outcome::kUnknown; }
      if (failure.kind == NodeFailure::Kind::kInterrupted) { result_.interrupted = true; }
    }
    fleet_.forget_interruptions();
    fleet_.each(
        "undo",
        [&](const Node& node) {
          return result_.nodes.at(node.name).outcome != Outcome::kUnchanged;
        },
        [&](const Node& node, Session& session) {
          report(node, "undo");
          result_.nodes.at(node.name).outcome = Outcome::kUnknown;
          const proto::Undone undone = session.undo(request_.apply_silence);
          if (!undone.error().empty()) { throw Error(say<"node-undo-failed">(undone.error())); }
          result_.nodes.at(node.name).outcome = Outcome::kUndone;
        });
  }

  void commit() {
    const auto chosen = [&](const Node& node) { return takes_changes(node); };
    for (auto& [name, node] : result_.nodes) {
      if (takes_changes(node)) { node.outcome = Outcome::kUnknown; }
    }
    fleet_.each("commit", chosen,
                [&](const Node&, Session& session) { session.send_commit(promise()); });
    result_.commit_window = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - last_heard(promises_));
    fleet_.each("commit", chosen, [&](const Node& node, Session& session) {
      report(node, "commit");
      const proto::Committed committed =
          session.wait_committed([&](const proto::Progress& progress) {
            report(node, "commit", progress.done(), progress.total());
          });
      NodeOutcome& outcome = result_.nodes.at(node.name);
      outcome.outcome = has_changes(outcome.changes) ? Outcome::kApplied : Outcome::kUnchanged;
      outcome.notes.assign(committed.notes().begin(), committed.notes().end());
      if (hooks_.committed) { hooks_.committed(node); }
    });
    for (const auto& [name, failure] : fleet_.failures()) {
      NodeOutcome& node = result_.nodes.at(name);
      if (node.outcome == Outcome::kUnknown && failure.undone) { node.outcome = Outcome::kUndone; }
    }
  }

  // A node has failed, or the user wants out.
  bool stopped() {
    if (hooks_.interrupted && hooks_.interrupted()) { result_.interrupted = true; }
    const auto failures = fleet_.failures();
    return result_.interrupted || std::ranges::any_of(failures, [&](const auto& f) {
             return !left_out_.contains(f.first);
           });
  }

  void report(const Node& node, const std::string& step, unsigned done = 0,
              unsigned total = 0) const {
    if (hooks_.progress) { hooks_.progress(node, step, done, total); }
  }

  Fleet& fleet_;
  Mesh mesh_;  // with what was learned about it
  const std::vector<const Node*>& nodes_;
  const TransactionRequest& request_;
  const TransactionHooks& hooks_;
  TransactionResult result_;
  Facts facts_;   // of the nodes that get a plan
  Facts others_;  // of those that do not
  Promises promises_;
  std::set<std::string> left_out_;  // unreachable, and planned around
  std::map<std::string, std::vector<proto::SealedSecret>> sealed_;  // by receiving node
};

}  // namespace

TransactionResult run_transaction(Fleet& fleet, const Mesh& mesh,
                                  const std::vector<const Node*>& nodes,
                                  const TransactionRequest& request,
                                  const TransactionHooks& hooks) {
  return Transaction(fleet, mesh, nodes, request, hooks).run();
}

}  // namespace wgmesh
