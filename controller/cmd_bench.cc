#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "controller/commands.h"
#include "controller/exit_code.h"
#include "controller/fleet/measure_bench.h"
#include "controller/fleet/timed_status.h"
#include "controller/run.h"
#include "controller/show/output.h"
#include "controller/show/render_bench.h"

namespace wgmesh {
namespace {

// Of every node that answers. Sessions stay open.
std::vector<NodeReport> ask_nodes(Run& run, const Mesh& mesh) {
  const auto answers = run.fleet().connect_and_ask([&](const Node& node, Session& session) {
    run.progress().set(node.name, "looking");
    proto::Open open = open_for(mesh, node);
    open.clear_peers();  // nothing is to be resolved
    session.open(open);
    NodeReport report;
    report.node = node.name;
    report.status = timed_status(session).status;
    return report;
  });
  std::vector<NodeReport> reports;
  for (const auto& [name, report] : answers) { reports.push_back(report); }
  return reports;
}

void measure_pair(Run& run, const Mesh& mesh, const std::vector<NodeReport>& reports,
                  const BenchBounds& bounds, BenchPair& pair) {
  for (BenchRun& each : pair.runs) {
    if (run.signals().requested()) { return; }
    const auto addresses = bench_addresses(mesh, reports, each);
    if (!addresses) {
      each.why_not = why_no_addresses(each);
      continue;
    }
    const char* const where = each.beside ? " beside the mesh" : "";
    run.progress().set(each.from, "sending to " + each.to + where);
    run.progress().set(each.to, "receiving from " + each.from + where);
    measure_bench(run.fleet(), *addresses, bounds, each);
  }
}

bool is_anybody_unreachable(const std::map<std::string, NodeFailure>& failures) {
  return std::ranges::any_of(failures, [](const auto& failure) {
    return failure.second.kind == NodeFailure::Kind::kUnreachable;
  });
}

}  // namespace

int run_bench(const CommandLine& command_line, const Mesh& mesh) {
  const BenchBounds bounds{std::chrono::seconds(command_line.bench_seconds),
                           command_line.bench_bytes, command_line.beside};
  std::vector<BenchPair> pairs = bench_pairs(mesh, command_line.nodes);
  Run run(command_line, mesh);
  const std::vector<NodeReport> reports = ask_nodes(run, mesh);
  plan_bench_runs(pairs, reports, bounds);
  const auto skipped =
      std::ranges::count_if(pairs, [](const BenchPair& pair) { return pair.skipped.has_value(); });
  const std::size_t due = pairs.size() - static_cast<std::size_t>(skipped);
  if (due > 0) { run.progress().note({}, bench_announcement(due, bounds)); }
  for (BenchPair& pair : pairs) { measure_pair(run, mesh, reports, bounds, pair); }
  const auto failures = run.fleet().failures();
  for (const NodeReport& report : reports) {
    if (!failures.contains(report.node)) { run.progress().end(report.node, Ending::kDone); }
  }
  run.tell_rest();
  run.progress().close(false);
  if (run.signals().requested()) { return kExitInterrupted; }
  put_result(command_line.json_out ? render_bench_json(mesh.name, pairs, bounds)
                                   : render_bench(pairs, bounds));
  if (is_anybody_unreachable(failures)) { return kExitUnreachable; }
  return std::ranges::all_of(pairs, &BenchPair::is_measured) ? kExitDone : kExitFailed;
}

}  // namespace wgmesh
