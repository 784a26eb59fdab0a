// One invocation of a verb: its nodes, their sessions, the progress on the terminal and what Ctrl-C
// does. The verbs (cmd_*.cc) say what is to be done; this is what they have in common.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/command_line.h"
#include "controller/fleet/fleet.h"
#include "controller/fleet/transaction.h"
#include "controller/init/surveyed_host.h"
#include "controller/login.h"
#include "controller/mesh/mesh.h"
#include "controller/mesh/report.h"
#include "controller/show/error_book.h"
#include "controller/show/progress.h"
#include "controller/signals.h"

namespace wgmesh {

class Run {
 public:
  // Asks for the become password where the command line wants that; contacts nobody yet. Throws
  // Error for a node that mesh.yaml does not have.
  Run(const CommandLine& command_line, const Mesh& mesh);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  const std::vector<const Node*>& nodes() const { return nodes_; }
  Fleet& fleet() { return fleet_; }
  Progress& progress() { return progress_; }
  Signals& signals() { return signals_; }

  // `approve` as in TransactionHooks; may be empty. `tree` and `learned` as in TransactionRequest.
  TransactionResult transact(proto::Goal goal, bool dry_run,
                             std::function<bool(const TransactionResult&)> approve,
                             std::optional<TreeChoice> tree = {},
                             std::optional<Learned> learned = {});
  // Of the dry run that the user has agreed to: the nodes must still be those.
  void expect(std::map<std::string, std::uint64_t> generations) {
    agreed_ = std::move(generations);
  }

  // Asks every node for its status, in a session of its own that changes nothing. Nodes that cannot
  // be asked have a reason instead.
  std::vector<NodeReport> ask_statuses(bool with_drift = false);
  // Asks every node what a first mesh file can say of it, in a session of its own that changes nothing. Failures are
  // told; a node that has failed is not in the answer.
  std::map<std::string, SurveyedHost> ask_surveys();
  // Asks again, over the same sessions. A node that is lost has a reason from then on.
  void ask_again(std::vector<NodeReport>& reports);

  // The warnings of `result`, and who was skipped.
  void warn_of(const TransactionResult& result);
  // The nodes' lines for the user; what many say is one line.
  void pass_on_notes(const TransactionResult& result);
  // What was kept back of errors that several nodes share.
  void keep(const std::string& name, const NodeFailure& failure);
  void tell_rest();
  // Ends the live lines: what became of each node. Then prints every failure of `result` that was
  // not told at once.
  void tell(const TransactionResult& result);

 private:
  std::vector<NodeReport> reports_of(std::map<std::string, NodeReport> answers) const;
  // From the thread of the node that has failed.
  void tell_at_once(const Node& node, const NodeFailure& failure);
  // The last word of a node whose transaction was not done.
  void tell_ending(const std::string& name, const NodeOutcome& node, const std::string& why);
  bool skips_unreachable() const;
  Signals::Left left_while_committing();
  // With -v: each change that is to come, in its node's line.
  void tell_changes(const TransactionResult& result);
  std::set<std::string> rotated_nodes() const;
  std::string cure_of(const std::string& name, const NodeFailure& failure) const;
  ErrorReport report_of_failure(const std::string& name, const NodeFailure& failure) const;

  CommandLine command_line_;
  const Mesh& mesh_;
  std::vector<const Node*> nodes_;
  std::map<std::string, std::uint64_t> agreed_;
  Progress progress_;
  // What has become of the nodes that were told to commit; read when the user leaves meanwhile.
  std::mutex ended_mutex_;
  std::map<std::string, bool> ended_;
  Signals signals_;
  Login login_;
  std::mutex mutex_;            // of the four below
  bool tells_failures_ = true;  // until the transaction has ended
  ErrorBook errors_;
  std::set<std::string> told_;  // nodes whose failure was told
  Fleet fleet_;
};

// Whether stdout takes colors: a terminal, and NO_COLOR unset or empty.
bool stdout_takes_color();

// Every change of a transaction, for render_changes.
std::vector<NodeChanges> changes_of(const Mesh& mesh, const TransactionResult& result);

}  // namespace wgmesh
