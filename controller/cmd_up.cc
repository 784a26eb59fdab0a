#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <mutex>
#include <thread>

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

std::size_t count_pairs(const Mesh& mesh) {
  std::size_t ends = 0;
  for (const Node& node : mesh.nodes) ends += peers_of(mesh, node).size();
  return ends / 2;
}

// Every node's status, over the sessions that are open.
void look(Run& run, Statuses& statuses) {
  std::mutex mutex;
  run.fleet().each("status", [&](const Node& node, Session& session) {
    proto::Status status = session.status();
    const std::lock_guard lock(mutex);
    statuses[node.name] = std::move(status);
  });
}

// Asks all nodes until every link has shaken hands and spanning tree has settled, at most for the
// time that it needs by its own timers and half a minute for slow handshakes.
Missing wait_for_forwarding(Run& run, const Mesh& mesh, Statuses& statuses) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30) +
                        std::chrono::seconds(2 * mesh.stp.forward_delay + mesh.stp.max_age);
  for (;;) {
    look(run, statuses);
    const Missing missing = missing_for_forwarding(mesh, statuses);
    if (!run.fleet().all_take_part()) return missing;
    if (missing.nothing() || std::chrono::steady_clock::now() > deadline) return missing;
    for (const Node* node : run.nodes()) {
      run.progress().set(node->name, missing.handshakes.empty() ? "waiting for spanning tree"
                                                                : "waiting for handshakes");
    }
    std::this_thread::sleep_for(kLookEvery);
  }
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
  if (code != kExitDone || result.declined) {
    run.tell(result);
    return result.declined ? kExitFailed : code;
  }
  for (const std::string& warning : result.warnings) run.progress().warn({}, warning);

  Summary summary;
  summary.verb = Verb::kUp;
  summary.pairs = count_pairs(mesh);
  for (const auto& [name, node] : result.nodes) {
    ++(node.outcome == Outcome::kApplied ? summary.changed : summary.unchanged);
    for (const std::string& note : node.notes) run.progress().note(name, note);
  }

  Statuses statuses;
  summary.forwarding = Forwarding::kNotWaited;
  if (command_line.no_wait) {
    if (command_line.show_info) look(run, statuses);
  } else {
    const Missing missing = wait_for_forwarding(run, mesh, statuses);
    warn_of(run, missing);
    const auto lost = run.fleet().failures();
    for (const auto& [name, failure] : lost) {
      run.progress().warn(name,
                          "stands as planned, but can no longer be asked: " + failure.message);
    }
    summary.forwarding = missing.nothing() && lost.empty() ? Forwarding::kAll : Forwarding::kNotAll;
  }
  for (const auto& [name, node] : result.nodes) {
    run.progress().end(name, Ending::kDone,
                       node.outcome == Outcome::kApplied
                           ? fmt::format("{} changes", node.changes.changes_size())
                           : "unchanged");
  }
  run.progress().close(true);
  if (command_line.json_out) {
    // One document on stdout: -i wants the larger one.
    if (!command_line.show_info) fmt::print("{}", render_summary_json(summary));
  } else if (!command_line.quiet) {
    fmt::print("{}", render_summary(summary));
  }
  if (command_line.show_info) {
    std::vector<NodeReport> reports;
    for (const Node& node : mesh.nodes) {
      reports.push_back(
          {node.name,
           statuses.contains(node.name) ? std::optional(statuses.at(node.name)) : std::nullopt,
           {}});
    }
    fmt::print("{}",
               render_info(mesh, reports, command_line.json_out, std::chrono::system_clock::now()));
  }
  return kExitDone;
}

}  // namespace wgmesh
