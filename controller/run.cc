#include "controller/run.h"

#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>
#include <variant>

#include "controller/chosen_nodes.h"
#include "controller/fleet/timed_status.h"
#include "controller/reach/limits.h"
#include "controller/reach/local_account.h"
#include "controller/show/progress_mode.h"
#include "controller/show/render_error.h"
#include "controller/text/enumeration.h"
#include "controller/text/messages.h"
#include "controller/text/printable.h"

namespace wgmesh {
namespace {

// Before the first thread is made.
std::vector<const Node*> within_limits(std::vector<const Node*> nodes) {
  const auto exec_nodes = std::ranges::count_if(
      nodes, [](const Node* node) { return std::holds_alternative<ExecTarget>(node->target); });
  check_limits(nodes.size(), static_cast<std::size_t>(exec_nodes));
  return nodes;
}

std::vector<std::string> names_of(const std::vector<const Node*>& nodes) {
  std::vector<std::string> names;
  for (const Node* node : nodes) { names.push_back(node->name); }
  return names;
}

// Who holds a lock, in the words that another user understands.
std::string origin() {
  const char* user = getenv("USER");
  const bool is_named = user != nullptr && *user != '\0';
  return fmt::format("{}@{}", is_named ? std::string(user) : local_account().user, local_host());
}

// A node tells its progress a few times a second; below this the machine is only busy.
std::chrono::milliseconds apply_silence_for(unsigned confirm_timeout) {
  return std::max(std::chrono::seconds(3), std::chrono::seconds(confirm_timeout));
}

// `report` with what the node is right now.
NodeReport report_of_session(Session& session, NodeReport report, bool with_drift) {
  TimedStatus timed = timed_status(session, with_drift);
  report.status = std::move(timed.status);
  report.clock_skew = timed.clock_skew;
  return report;
}

// What a step of the protocol is called while it goes on.
std::string activity_of(const std::string& step) {
  if (step == "hello") { return "looking"; }
  if (step == "secrets") { return "making keys"; }
  if (step == "plan") { return "planning"; }
  if (step == "apply") { return "applying"; }
  if (step == "switch") { return "switching keys"; }
  if (step == "hold") { return "holding"; }
  if (step == "commit") { return "committing"; }
  if (step == "undo") { return "undoing"; }
  return step;
}

}  // namespace

Run::Run(const CommandLine& command_line, const Mesh& mesh)
    : command_line_(command_line),
      mesh_(mesh),
      nodes_(within_limits(chosen_nodes(mesh, command_line))),
      progress_(command_line.progress, names_of(nodes_), STDERR_FILENO, command_line.verbose > 0),
      signals_([this](const Said& said) { progress_.warn({}, said); }),
      login_(command_line, progress_, signals_.interrupt()),
      fleet_(
          nodes_,
          [this](const Node& node) {
            progress_.set(node.name, "connecting");
            return login_.open_session(node);
          },
          heartbeat_for(std::chrono::seconds(command_line.confirm_timeout)),
          std::chrono::seconds(command_line.confirm_timeout)) {
  signals_.end_waits_with([this] { fleet_.interrupt(); });
  fleet_.tell_failures_to(
      [this](const Node& node, const NodeFailure& failure) { tell_at_once(node, failure); });
  signals_.tell_left_with([this] { return left_while_committing(); });
}

Run::~Run() {
  signals_.end_waits_with({});
  signals_.tell_left_with({});
}

Signals::Left Run::left_while_committing() {
  const std::lock_guard lock(ended_mutex_);
  return left_of(ended_);
}

TransactionResult Run::transact(proto::Goal goal, bool dry_run,
                                std::function<bool(const TransactionResult&)> approve,
                                std::optional<TreeChoice> tree, std::optional<Learned> learned) {
  TransactionRequest request;
  request.goal = goal;
  request.wakes = command_line_.verb != Verb::kSync && command_line_.verb != Verb::kRotate;
  // A second transaction, for a better tree, has the new keys already.
  if (command_line_.verb == Verb::kRotate && !tree) { request.rotated = rotated_nodes(); }
  request.learned = std::move(learned);
  request.skip_unreachable = skips_unreachable();
  request.dry_run = dry_run;
  request.keeps_changes = dry_run || approve || command_line_.verbose > 0 || command_line_.json_out;
  request.tree = std::move(tree);
  request.confirm_timeout = command_line_.confirm_timeout;
  request.apply_silence = apply_silence_for(command_line_.confirm_timeout);
  request.agreed = agreed_;
  request.replaces_newer_agent = command_line_.replace_newer_agent;
  request.origin = origin();
  randombytes_buf(&request.session_number, sizeof request.session_number);

  TransactionHooks hooks;
  hooks.progress = [this](const Node& node, const std::string& step, unsigned done,
                          unsigned total) {
    if (step == "apply") { signals_.enter(Signals::Phase::kApplying); }
    if (total == 0) {
      progress_.set(node.name, activity_of(step));
    } else {
      progress_.set(node.name, activity_of(step), done, total);
    }
  };
  hooks.approve = [this, approve = std::move(approve)](const TransactionResult& to_come) {
    if (command_line_.verbose > 0) { tell_changes(to_come); }
    return !approve || approve(to_come);
  };
  hooks.interrupted = [this] { return signals_.requested(); };
  hooks.committing = [this](const std::vector<std::string>& nodes) {
    const std::lock_guard lock(ended_mutex_);
    for (const std::string& node : nodes) { ended_[node] = false; }
    return signals_.enter_commit();
  };
  hooks.committed = [this](const Node& node) {
    const std::lock_guard lock(ended_mutex_);
    ended_[node.name] = true;
  };
  TransactionResult result = run_transaction(fleet_, mesh_, nodes_, request, hooks);
  if (result.commit_window && command_line_.verbose > 0) {
    progress_.note({}, fmt::format("every commit was sent within {:.1f} ms of the last promise",
                                   static_cast<double>(result.commit_window->count()) / 1000));
  }
  signals_.enter(Signals::Phase::kChanged);
  const std::lock_guard lock(mutex_);
  tells_failures_ = false;
  return result;
}

std::set<std::string> Run::rotated_nodes() const {
  std::set<std::string> names(command_line_.nodes.begin(), command_line_.nodes.end());
  if (!names.empty()) { return names; }
  for (const Node& node : mesh_.nodes) { names.insert(node.name); }
  return names;
}

std::vector<NodeReport> Run::ask_statuses(bool with_drift) {
  auto answers = fleet_.connect_and_ask([&](const Node& node, Session& session) {
    progress_.set(node.name, "looking");
    proto::Open open = open_for(mesh_, node);
    open.clear_peers();  // nothing is to be resolved
    open.set_origin(origin());
    NodeReport report;
    report.hello = session.open(open);
    report = report_of_session(session, std::move(report), with_drift);
    progress_.end(node.name, Ending::kDone);
    return report;
  });
  std::vector<NodeReport> reports = reports_of(std::move(answers));
  tell_rest();
  return reports;
}

std::map<std::string, SurveyedHost> Run::ask_surveys() {
  auto answers = fleet_.connect_and_ask([&](const Node& node, Session& session) {
    progress_.set(node.name, "looking");
    proto::Open open = open_for(mesh_, node);
    open.clear_peers();
    open.set_surveys(true);
    open.set_origin(origin());
    SurveyedHost host{session.open(open), session.reached_at()};
    progress_.end(node.name, Ending::kDone);
    return host;
  });
  tell_rest();
  return answers;
}

void Run::ask_again(std::vector<NodeReport>& reports) {
  std::map<std::string, NodeReport> former;
  for (NodeReport& report : reports) { former[report.node] = std::move(report); }
  reports = reports_of(fleet_.ask(
      "status", [](const Node&) { return true; },
      [&](const Node& node, Session& session) {
        return report_of_session(session, former.at(node.name), true);
      }));
  tell_rest();
}

// One report for each node, in the order of the mesh file.
std::vector<NodeReport> Run::reports_of(std::map<std::string, NodeReport> answers) const {
  const auto failures = fleet_.failures();
  std::vector<NodeReport> reports;
  for (const Node* node : nodes_) {
    NodeReport& report = reports.emplace_back();
    if (const auto found = answers.find(node->name); found != answers.end()) {
      report = std::move(found->second);
    } else if (const auto failure = failures.find(node->name); failure != failures.end()) {
      report.unreachable = failure->second.message;
    }
    report.node = node->name;
  }
  return reports;
}

// Only an interrupt is not told: the user knows.
void Run::tell_at_once(const Node& node, const NodeFailure& failure) {
  if (failure.kind == NodeFailure::Kind::kInterrupted) { return; }
  const std::lock_guard lock(mutex_);
  if (!tells_failures_ || !told_.insert(node.name).second) { return; }
  if (failure.kind == NodeFailure::Kind::kUnreachable && failure.step == Fleet::kConnect &&
      skips_unreachable()) {
    progress_.warn(node.name, {failure.id, "unreachable: " + failure.message, {}});
    return;
  }
  const ErrorReport report = report_of_failure(node.name, failure);
  // Programs do not mind what is said again.
  const auto error =
      progress_.mode() == ProgressMode::kJson ? std::optional(report) : errors_.tell(report);
  if (error) { progress_.fail(node.name, *error); }
}

void Run::tell_ending(const std::string& name, const NodeOutcome& node, const std::string& why) {
  switch (node.outcome) {
    case Outcome::kUnchanged:
      if (node.failure && node.failure->kind != NodeFailure::Kind::kInterrupted) {
        progress_.end(name, Ending::kFailed);
      } else {
        progress_.end(name, Ending::kNotStarted, why);
      }
      return;
    case Outcome::kApplied:
      progress_.end(name, Ending::kDone, to_text(node.outcome));
      return;
    case Outcome::kUndone:
      progress_.end(name, Ending::kUndone, "it is as it was");
      return;
    case Outcome::kUnknown:
      progress_.end(name, Ending::kFailed, to_text(node.outcome));
      return;
  }
}

void Run::tell(const TransactionResult& result) {
  const bool could_change = changes_state(command_line_);
  if (could_change) {
    const std::string why = why_it_ended(result);
    for (const auto& [name, node] : result.nodes) {
      if (!node.skipped) { tell_ending(name, node, why); }
    }
  }
  progress_.close(could_change);
  const bool nobody_is_left = std::ranges::all_of(result.nodes, [](const auto& node) {
    return node.second.failure && node.second.failure->kind == NodeFailure::Kind::kUnreachable &&
           !node.second.skipped;
  });
  if (nobody_is_left && skips_unreachable()) {
    print_error(report_of(say<"run-reaches-no-node">()), progress_.mode());
  }
  for (const Said& fault : result.faults) {
    print_error(report_of(fault, {}, "plan"), progress_.mode());
  }
  const std::lock_guard lock(mutex_);
  for (const auto& [name, node] : result.nodes) {
    if (!node.failure || node.skipped || told_.contains(name)) { continue; }
    if (node.failure->kind == NodeFailure::Kind::kInterrupted) { continue; }
    keep(name, *node.failure);
    for (const NodeFailure& further : node.failure->further) { keep(name, further); }
  }
  for (const ErrorReport& error : errors_.rest()) { progress_.fail({}, error); }
  for (const auto& [name, node] : result.nodes) {
    if (node.outcome != Outcome::kUnknown) { continue; }
    const bool is_told = node.failure && node.failure->is_told;
    const Said said = is_told ? say<"outcome-differs">(name) : say<"outcome-unknown">(name);
    print_error(report_of(said, name, "outcome"), progress_.mode());
  }
}

// To be told at the end, with the other nodes of which the same is to be told. A program gets each.
void Run::keep(const std::string& name, const NodeFailure& failure) {
  const ErrorReport report = report_of_failure(name, failure);
  if (progress_.mode() == ProgressMode::kJson) {
    print_error(report, progress_.mode());
  } else {
    errors_.keep(report);
  }
}

void Run::tell_rest() {
  const std::lock_guard lock(mutex_);
  for (const ErrorReport& error : errors_.rest()) { progress_.fail({}, error); }
}

ErrorReport Run::report_of_failure(const std::string& name, const NodeFailure& failure) const {
  return {name, failure.step, failure.message, cure_of(name, failure), failure.id};
}

bool Run::skips_unreachable() const {
  return command_line_.skip_unreachable ||
         (command_line_.verb == Verb::kDown && command_line_.remove);
}

// What can be done about a node's failure: as it says itself and, where the node could be left out,
// how.
std::string Run::cure_of(const std::string& name, const NodeFailure& failure) const {
  const bool could_be_skipped = failure.kind == NodeFailure::Kind::kUnreachable &&
                                failure.step == Fleet::kConnect && !skips_unreachable() &&
                                changes_state(command_line_);
  if (!could_be_skipped) { return failure.cure; }
  const bool is_absent =
      std::ranges::any_of(mesh_.absent, [&](const Node& absent) { return absent.name == name; });
  std::string cure = failure.cure;
  if (is_absent) {
    cure += cure.empty() ? "" : "; ";
    cure +=
        "if it is gone for good, delete its entry from the mesh file (its peers drop it all the "
        "same)";
  } else if (cure.empty()) {
    cure = "make it reachable";
  }
  return fmt::format("{}; or go on without {}: --skip-unreachable", cure, name);
}

void Run::tell_changes(const TransactionResult& result) {
  for (const auto& [name, node] : result.nodes) {
    for (const proto::Change& change : node.changes.changes()) {
      progress_.note(name, printable(change.text()));
    }
  }
}

void Run::warn_of(const TransactionResult& result) {
  for (const Said& warning : result.warnings) { progress_.warn({}, warning); }
  for (const auto& [name, node] : result.nodes) {
    if (!node.skipped) { continue; }
    progress_.end(name, Ending::kSkipped);
  }
}

void Run::pass_on_notes(const TransactionResult& result) {
  std::map<std::string, std::vector<std::string>> nodes_by_note;
  for (const auto& [name, node] : result.nodes) {
    for (const std::string& note : node.notes) { nodes_by_note[note].push_back(name); }
  }
  for (const auto& [note, nodes] : nodes_by_note) {
    if (nodes.size() == 1 || progress_.mode() == ProgressMode::kJson) {
      for (const std::string& node : nodes) { progress_.note(node, note); }
    } else {
      progress_.note({}, fmt::format("{}: {}", enumerated(nodes), note));
    }
  }
}

bool stdout_takes_color() {
  const char* no_color = getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) != 0 && (no_color == nullptr || *no_color == '\0');
}

std::vector<NodeChanges> changes_of(const Mesh& mesh, const TransactionResult& result) {
  std::vector<NodeChanges> changes;
  for (const auto* group : {&mesh.nodes, &mesh.absent}) {
    for (const Node& node : *group) {
      const auto found = result.nodes.find(node.name);
      if (found == result.nodes.end()) { continue; }
      NodeChanges& one = changes.emplace_back();
      one.node = node.name;
      if (found->second.failure) {
        one.unreachable = found->second.failure->message;
      } else {
        one.changes = found->second.changes;
      }
    }
  }
  return changes;
}

}  // namespace wgmesh
