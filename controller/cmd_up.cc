#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "controller/agree.h"
#include "controller/await_forwarding.h"
#include "controller/commands.h"
#include "controller/exit_code.h"
#include "controller/fleet/measure_paths.h"
#include "controller/mend.h"
#include "controller/mesh/measurements.h"
#include "controller/mesh/tree_choice.h"
#include "controller/run.h"
#include "controller/show/output.h"
#include "controller/show/render_changes.h"
#include "controller/show/render_error.h"
#include "controller/show/render_info.h"
#include "controller/summary_of.h"
#include "controller/text/enumeration.h"

namespace wgmesh {
namespace {

// The nodes that are up now: neither skipped, nor left down, nor removed.
Names nodes_up(const Mesh& mesh, const TransactionResult& result) {
  Names up;
  for (const Node& node : mesh.nodes) {
    const NodeOutcome& outcome = result.nodes.at(node.name);
    if (!outcome.skipped && !outcome.stays_down) { up.insert(node.name); }
  }
  return up;
}

std::size_t count_pairs(const Mesh& mesh, const Names& up) {
  std::size_t ends = 0;
  for (const Node& node : mesh.nodes) {
    if (!up.contains(node.name)) { continue; }
    for (const Node* peer : peers_of(mesh, node)) { ends += up.count(peer->name); }
  }
  return ends / 2;
}

std::string last_word_of(const NodeOutcome& outcome) {
  const auto changes = static_cast<std::size_t>(outcome.changes.changes_size());
  const std::string word = outcome.outcome != Outcome::kApplied ? "unchanged"
                           : changes > 0                        ? counted(changes, "change")
                                         : "what is stored there has changed";
  return outcome.stays_down ? word + ", stays down" : word;
}

void look_at_all(Run& run, const Mesh& mesh, Statuses& statuses) {
  Names all;
  for (const Node& node : mesh.nodes) { all.insert(node.name); }
  look(run, all, statuses);
}

std::vector<NodeReport> reports_of(Run& run, const Mesh& mesh, const Statuses& statuses) {
  const auto failures = run.fleet().failures();
  std::vector<NodeReport> reports;
  for (const Node& node : mesh.nodes) {
    NodeReport& report = reports.emplace_back();
    report.node = node.name;
    if (const auto status = statuses.find(node.name); status != statuses.end()) {
      report.status = status->second;
    } else if (const auto failure = failures.find(node.name); failure != failures.end()) {
      report.unreachable = failure->second.message;
    }
  }
  return reports;
}

// Long enough for five round trips to the other side of the earth.
constexpr auto kMeasureFor = std::chrono::seconds(3);

// A transaction, and what comes of it.
struct Pass {
  int code = 0;
  bool ended = false;     // it has failed, or was declined, and everything is told
  bool in_doubt = false;  // nodes are in different states; a second run can mend that now
  Summary summary;
  std::vector<NodeReport> reports;  // for -i
  std::optional<TreeChoice> better_tree;
};

// A better tree than the one that stands, by what the nodes measure just now.
std::optional<TreeChoice> measure_tree(Run& run, const Mesh& mesh, const Names& up,
                                       const Statuses& statuses) {
  for (const std::string& node : up) { run.progress().set(node, "measuring"); }
  const Measurements measured = measure_paths(run.fleet(), mesh, statuses, kMeasureFor);
  return choose_better_tree(mesh, statuses, round_trips_of(mesh, measured));
}

// What a pass builds on.
struct Before {
  std::map<std::string, std::uint64_t> agreed = {};  // see agreed_generations
  std::optional<TreeChoice> tree = {};               // what the pass before has chosen
  bool mends = false;                                // the pass before left nodes in doubt
};

Pass make_pass(const CommandLine& command_line, const Mesh& mesh, Before before,
               ResultDocument& document) {
  const bool is_second = before.tree.has_value() || before.mends;
  const bool is_for_tree = before.tree.has_value();
  Run run(command_line, mesh);
  run.expect(std::move(before.agreed));
  const TransactionResult result = run.transact(proto::UP, false, {}, std::move(before.tree));
  Pass pass;
  pass.code = result.exit_code();
  if (!is_for_tree || !is_done(pass.code)) { document.put(mesh, result); }
  if (!is_second) { run.warn_of(result); }
  if (result.wants_mending() && !before.mends) {
    await_end_of_doubt(run, result);
    pass.in_doubt = true;
    return pass;
  }
  if (!is_done(pass.code)) {
    run.tell(result);
    if (before.mends) { pass.code = kExitUnknownState; }
    pass.ended = true;
    return pass;
  }

  const Names up = nodes_up(mesh, result);
  run.pass_on_notes(result);
  if (result.switch_skew) {
    run.progress().note(
        {}, fmt::format("all nodes switched to their new keys within {:.1f} ms, by their "
                        "clocks",
                        static_cast<double>(result.switch_skew->count()) / 1000));
  }
  Summary& summary = pass.summary;
  summary = summary_of(command_line.verb, result);
  summary.pairs = count_pairs(mesh, up);

  Statuses statuses;
  summary.forwarding = up.empty() ? Forwarding::kUnknown : Forwarding::kNotWaited;
  if (!command_line.no_wait && !up.empty()) {
    const Missing missing = await_forwarding(run, mesh, up, statuses);
    for (const Said& warning : warnings_of(missing)) { run.progress().warn({}, warning); }
    const auto lost = lost_nodes(run, up);
    for (const auto& [name, failure] : lost) {
      run.progress().warn(name, warning_of_lost(failure));
    }
    const bool all = missing.nothing() && lost.empty();
    summary.forwarding = all ? Forwarding::kAll : Forwarding::kNotAll;
    if (!all) { pass.code = kExitNotForwarding; }
    if (all && !is_second && mesh.path_cost.kind == PathCost::Kind::kMeasured) {
      look(run, up, statuses);  // now with their ports
      pass.better_tree = measure_tree(run, mesh, up, statuses);
    }
  }
  for (const auto& [name, node] : result.nodes) {
    if (!node.skipped) { run.progress().end(name, Ending::kDone, last_word_of(node)); }
  }
  if (command_line.show_info) {
    statuses.clear();  // the short ones
    look_at_all(run, mesh, statuses);
    pass.reports = reports_of(run, mesh, statuses);
  }
  if (pass.better_tree) {
    run.progress().note(
        {}, fmt::format("path costs follow what was measured: root {}, a mean round trip of {:.1f} "
                        "ms instead of {:.1f} ms",
                        pass.better_tree->root, pass.better_tree->mean_after,
                        pass.better_tree->mean_before));
  }
  run.progress().close(!pass.better_tree);
  return pass;
}

}  // namespace

int run_up(const CommandLine& command_line, const Mesh& mesh, ResultDocument& document) {
  const auto problems = check(mesh);
  for (const Said& problem : problems) {
    print_error(report_of(problem, {}, "mesh file"), command_line.progress);
  }
  if (!problems.empty()) { return kExitBadMeshFile; }
  if (command_line.dry_run) { return run_plan(command_line, mesh, document); }

  Before before;
  if (command_line.interactive) {
    auto agreed =
        agreed_generations(command_line, mesh, proto::UP, "Make these changes?", document);
    if (const int* code = std::get_if<int>(&agreed)) { return *code; }
    before.agreed = std::get<0>(std::move(agreed));
  }
  Pass pass = make_pass(command_line, mesh, std::move(before), document);
  if (pass.in_doubt) { pass = make_pass(mending(command_line), mesh, {.mends = true}, document); }
  if (pass.better_tree) {
    const Summary first = pass.summary;
    pass = make_pass(command_line, mesh, {.tree = std::move(pass.better_tree)}, document);
    if (pass.in_doubt) { pass = make_pass(mending(command_line), mesh, {.mends = true}, document); }
    // What the first pass did counts as well.
    if (first.changed > pass.summary.changed) {
      pass.summary.changed = first.changed;
      pass.summary.unchanged = first.unchanged;
    }
  }
  if (pass.ended) { return pass.code; }
  document.put(pass.summary);
  if (!command_line.json_out && !command_line.quiet) { put_result(render_summary(pass.summary)); }
  if (command_line.show_info) {
    const auto now = std::chrono::system_clock::now();
    if (command_line.json_out) {
      document.put_info(info_document(mesh, pass.reports, now));
    } else {
      put_info(mesh, pass.reports, false, now, put_result);
    }
  }
  return pass.code;
}

}  // namespace wgmesh
