#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "controller/commands.h"
#include "controller/confirm.h"
#include "controller/forwarding.h"
#include "controller/render_changes.h"
#include "controller/render_error.h"
#include "controller/render_info.h"
#include "controller/run.h"

namespace wgmesh {
namespace {

// Between two looks at all nodes. Spanning tree moves in steps of whole seconds.
constexpr auto kLookEvery = std::chrono::milliseconds(200);

using Names = std::set<std::string>;

// The nodes that are up now: neither skipped, nor left down, nor removed.
Names nodes_up(const Mesh& mesh, const TransactionResult& result) {
  Names up;
  for (const Node& node : mesh.nodes) {
    const NodeOutcome& outcome = result.nodes.at(node.name);
    if (!outcome.skipped && !outcome.stays_down) up.insert(node.name);
  }
  return up;
}

std::size_t count_pairs(const Mesh& mesh, const Names& up) {
  std::size_t ends = 0;
  for (const Node& node : mesh.nodes) {
    if (!up.contains(node.name)) continue;
    for (const Node* peer : peers_of(mesh, node)) ends += up.count(peer->name);
  }
  return ends / 2;
}

// The status of each of `nodes`, over the sessions that are open.
void look(Run& run, const Names& nodes, Statuses& statuses) {
  std::mutex mutex;
  run.fleet().each(
      "status", [&](const Node& node) { return nodes.contains(node.name); },
      [&](const Node& node, Session& session) {
        proto::Status status = session.status();
        const std::lock_guard lock(mutex);
        statuses[node.name] = std::move(status);
      });
}

// Nodes that were up, and can no longer be asked.
std::map<std::string, NodeFailure> lost_nodes(Run& run, const Names& up) {
  auto lost = run.fleet().failures();
  std::erase_if(lost, [&](const auto& failure) { return !up.contains(failure.first); });
  return lost;
}

// Asks all nodes until every link has shaken hands and spanning tree has settled, at most for the
// time that it needs by its own timers and half a minute for slow handshakes.
// A root that was skipped may be dead: if it is, the others have forgotten it after max_age.
Missing wait_for_forwarding(Run& run, const Mesh& mesh, const Names& up, Statuses& statuses) {
  using std::chrono::seconds;
  const auto start = std::chrono::steady_clock::now();
  const auto dead_root_is_forgotten = start + seconds(mesh.stp.max_age + mesh.stp.hello_time);
  const auto deadline =
      start + seconds(30) + seconds(2 * mesh.stp.forward_delay + mesh.stp.max_age);
  for (;;) {
    look(run, up, statuses);
    const Missing missing = missing_for_forwarding(mesh, statuses);
    if (!lost_nodes(run, up).empty()) return missing;
    const auto now = std::chrono::steady_clock::now();
    const bool is_settled =
        missing.nothing() && (!missing.root_was_not_asked || now > dead_root_is_forgotten);
    if (is_settled || now > deadline) return missing;
    for (const std::string& node : up) {
      run.progress().set(node, missing.handshakes.empty() ? "waiting for spanning tree"
                                                          : "waiting for handshakes");
    }
    std::this_thread::sleep_for(kLookEvery);
  }
}

std::string last_word(const NodeOutcome& outcome) {
  const std::string word = outcome.outcome == Outcome::kApplied
                               ? fmt::format("{} changes", outcome.changes.changes_size())
                               : "unchanged";
  return outcome.stays_down ? word + ", stays down" : word;
}

void warn_of(Run& run, const Missing& missing) {
  for (const std::string& link : missing.handshakes) {
    run.progress().warn(
        {}, fmt::format("{}: no handshake: the UDP packets of this link do not arrive; look "
                        "at endpoint, port and firewalls on both ends",
                        link));
  }
  for (const std::string& phrase : missing.tree) {
    run.progress().warn({}, "spanning tree has not settled: " + phrase);
  }
}

// Those that `up -i` has not asked while it waited.
void look_at_the_others(Run& run, const Mesh& mesh, Statuses& statuses) {
  Names others;
  for (const Node& node : mesh.nodes) {
    if (!statuses.contains(node.name)) others.insert(node.name);
  }
  look(run, others, statuses);
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

}  // namespace

int run_up(const CommandLine& command_line, const Mesh& mesh) {
  const auto problems = check(mesh);
  for (const std::string& problem : problems) {
    print_error({{}, "mesh file", problem, {}}, command_line.progress);
  }
  if (!problems.empty()) return kExitBadMeshFile;
  if (command_line.dry_run) return run_plan(command_line, mesh);

  Run run(command_line, mesh);
  std::function<bool(const TransactionResult&)> approve;
  if (command_line.interactive) {
    approve = [&](const TransactionResult& result) {
      run.progress().pause();
      fmt::print(stderr, "{}", render_changes(changes_of(mesh, result), false));
      const bool yes = confirm("Make these changes?");
      run.progress().resume();
      return yes;
    };
  }
  const TransactionResult result = run.transact(proto::UP, false, approve);
  const int code = result.exit_code();
  run.warn_of(result);
  if (!is_done(code) || result.declined) {
    run.tell(result);
    return result.declined ? kExitFailed : code;
  }

  const Names up = nodes_up(mesh, result);
  Summary summary;
  summary.verb = command_line.verb;
  summary.pairs = count_pairs(mesh, up);
  summary.skipped = result.skipped();
  for (const auto& [name, node] : result.nodes) {
    if (node.skipped) continue;
    ++(node.outcome == Outcome::kApplied ? summary.changed : summary.unchanged);
    for (const std::string& note : node.notes) run.progress().note(name, note);
  }

  Statuses statuses;
  summary.forwarding = up.empty() ? Forwarding::kUnknown : Forwarding::kNotWaited;
  if (!command_line.no_wait && !up.empty()) {
    const Missing missing = wait_for_forwarding(run, mesh, up, statuses);
    warn_of(run, missing);
    const auto lost = lost_nodes(run, up);
    for (const auto& [name, failure] : lost) {
      run.progress().warn(name,
                          "stands as planned, but can no longer be asked: " + failure.message);
    }
    summary.forwarding = missing.nothing() && lost.empty() ? Forwarding::kAll : Forwarding::kNotAll;
  }
  for (const auto& [name, node] : result.nodes) {
    if (!node.skipped) run.progress().end(name, Ending::kDone, last_word(node));
  }
  if (command_line.show_info) look_at_the_others(run, mesh, statuses);
  run.progress().close(true);
  if (command_line.json_out) {
    // One document on stdout: -i wants the larger one.
    if (!command_line.show_info) fmt::print("{}", render_summary_json(summary));
  } else if (!command_line.quiet) {
    fmt::print("{}", render_summary(summary));
  }
  if (command_line.show_info) {
    fmt::print("{}", render_info(mesh, reports_of(run, mesh, statuses), command_line.json_out,
                                 std::chrono::system_clock::now()));
  }
  return code;
}

}  // namespace wgmesh
