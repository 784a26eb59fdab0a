#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/change_counts.h"
#include "controller/agree.h"
#include "controller/await_forwarding.h"
#include "controller/commands.h"
#include "controller/exit_code.h"
#include "controller/find_links.h"
#include "controller/fleet/measure_paths.h"
#include "controller/mend.h"
#include "controller/mesh/learning.h"
#include "controller/mesh/measurements.h"
#include "controller/mesh/missing_link.h"
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
  const std::size_t changes = count_of(outcome.changes);
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
  Learned learned;                   // that the plans were made with
  std::optional<Learning> learning;  // another pass is due, for links of nodes without an endpoint
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
  std::optional<Learning> learning = {};             // what the pass before has learned
};

// Nodes without an endpoint that have no direct link: each pair with the reason. With split horizon
// such a pair cannot talk at all. False: there is one.
bool tell_missing_links(Run& run, const Mesh& mesh, const Names& up) {
  auto missing = missing_links(mesh);
  std::erase_if(missing, [&](const MissingLink& each) {
    return !up.contains(each.pair.first) || !up.contains(each.pair.second);
  });
  const bool others_carry = mesh.loop_prevention == LoopPrevention::kStp;
  for (const std::string& sentence : sentences_of(missing)) {
    if (others_carry) {
      run.progress().note({}, sentence);
    } else {
      run.progress().warn({}, {missing.front().said.id, sentence, {}});
    }
  }
  return others_carry || missing.empty();
}

// After a change for links that were to be learned. Nothing: no more change is due.
std::optional<Learning> conclude(Run& run, const Names& up, Learning learning, Statuses& statuses) {
  const auto shaken = await_links(run, up, learning, statuses);
  for (const auto& [a, b] : shaken) {
    run.progress().note({},
                        fmt::format("{}-{}: found each other, so they have a direct link", a, b));
  }
  if (!learning.conclude(shaken)) { return std::nullopt; }
  return learning;
}

// Waits until every pair forwards, tells which do not, and looks for a better tree if it `may_change`.
void await_all(Run& run, const Mesh& mesh, const Names& up, bool may_change, Statuses& statuses,
               Pass& pass) {
  const Missing missing = await_forwarding(run, mesh, up, statuses);
  for (const Said& warning : warnings_of(missing)) { run.progress().warn({}, warning); }
  const auto lost = lost_nodes(run, up);
  for (const auto& [name, failure] : lost) { run.progress().warn(name, warning_of_lost(failure)); }
  const bool all_linked = tell_missing_links(run, mesh, up);
  const bool all = missing.nothing() && lost.empty() && all_linked;
  pass.summary.forwarding = all ? Forwarding::kAll : Forwarding::kNotAll;
  if (!all) { pass.code = kExitNotForwarding; }
  if (all && may_change && mesh.path_cost.kind == PathCost::Kind::kMeasured) {
    look(run, up, statuses);  // now with their ports
    pass.better_tree = measure_tree(run, mesh, up, statuses);
  }
}

Pass make_pass(const CommandLine& command_line, const Mesh& file, Before before,
               ResultDocument& document) {
  const bool is_for_tree = before.tree.has_value();
  const bool is_for_links = before.learning.has_value();
  const bool is_second = is_for_tree || is_for_links || before.mends;
  Run run(command_line, file);
  run.expect(std::move(before.agreed));
  std::optional<Learned> wanted;
  if (before.learning) { wanted = before.learning->wanted(); }
  const TransactionResult result =
      run.transact(proto::UP, false, {}, std::move(before.tree), std::move(wanted));
  Mesh mesh = file;
  mesh.learned = result.learned;
  Pass pass;
  pass.learned = result.learned;
  pass.code = result.exit_code();
  const bool is_addition = is_for_links || (is_for_tree && is_done(pass.code));
  if (!is_addition) { document.put(mesh, result); }
  if (!is_second) { run.warn_of(result); }
  if (result.wants_mending() && !before.mends) {
    await_end_of_doubt(run, result);
    pass.in_doubt = true;
    return pass;
  }
  if (!is_done(pass.code)) {
    if (is_for_links) { run.progress().warn({}, warning_of_unlearned(result)); }
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
    if (before.learning) {
      pass.learning = conclude(run, up, std::move(*before.learning), statuses);
    } else if (!is_second && command_line.verb != Verb::kRotate) {
      pass.learning = look_for_links(run, mesh, up, result.facts, statuses);
    }
    if (!pass.learning) { await_all(run, mesh, up, !is_for_tree && !before.mends, statuses, pass); }
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
  run.progress().close(!pass.better_tree && !pass.learning);
  return pass;
}

// A pass that counts together with those before it.
void add_to(const Summary& before, Summary& summary) {
  if (before.changed <= summary.changed) { return; }
  summary.changed = before.changed;
  summary.unchanged = before.unchanged;
}

// Passes for the links of nodes without an endpoint, until none is due. If one fails, what stood
// before stands.
Pass learn_links(const CommandLine& command_line, const Mesh& mesh, Pass pass,
                 ResultDocument& document) {
  while (pass.learning) {
    Pass next = make_pass(command_line, mesh, {.learning = std::move(pass.learning)}, document);
    pass.learning.reset();
    if (next.in_doubt) {
      next = make_pass(mending(command_line), mesh, {.mends = true}, document);
    } else if (next.ended && next.code != kExitInterrupted) {
      return pass;
    }
    add_to(pass.summary, next.summary);
    pass = std::move(next);
  }
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
  pass = learn_links(command_line, mesh, std::move(pass), document);
  if (pass.better_tree) {
    const Summary first = pass.summary;
    pass = make_pass(command_line, mesh, {.tree = std::move(pass.better_tree)}, document);
    if (pass.in_doubt) { pass = make_pass(mending(command_line), mesh, {.mends = true}, document); }
    // What the first pass did counts as well.
    add_to(first, pass.summary);
  }
  if (pass.ended) { return pass.code; }
  document.put(pass.summary);
  if (!command_line.json_out && !command_line.quiet) { put_result(render_summary(pass.summary)); }
  if (command_line.show_info) {
    const auto now = std::chrono::system_clock::now();
    Mesh linked = mesh;
    linked.learned = pass.learned;
    if (command_line.json_out) {
      document.put_info(info_document(linked, pass.reports, now));
    } else {
      put_info(linked, pass.reports, false, now, put_result);
    }
  }
  return pass.code;
}

}  // namespace wgmesh
