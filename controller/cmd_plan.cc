#include <fmt/format.h>

#include "controller/commands.h"
#include "controller/dry_run.h"
#include "controller/exit_code.h"
#include "controller/mesh/missing_link.h"
#include "controller/run.h"
#include "controller/show/render_error.h"
#include "controller/text/enumeration.h"

namespace wgmesh {
namespace {

// What nobody can know before `up`, and what the `up` before has found.
void tell_links_to_learn(Run& run, const Mesh& mesh) {
  std::vector<std::string> open;
  auto missing = missing_links(mesh);
  std::erase_if(missing, [&](const MissingLink& each) {
    if (mesh.learned.no_links.contains(each.pair)) { return false; }
    open.push_back(each.pair.first + "-" + each.pair.second);
    return true;
  });
  if (!open.empty()) {
    run.progress().note({}, fmt::format("{}: no endpoint at either end; `mesh up` looks whether "
                                        "they find each other",
                                        enumerated(open)));
  }
  for (const std::string& sentence : sentences_of(missing)) { run.progress().note({}, sentence); }
}

}  // namespace

int run_plan(const CommandLine& command_line, const Mesh& mesh, ResultDocument& document) {
  const auto problems = check(mesh);
  for (const Said& problem : problems) {
    print_error(report_of(problem, {}, "mesh file"), command_line.progress);
  }
  if (!problems.empty()) { return kExitBadMeshFile; }

  Run run(command_line, mesh);
  const TransactionResult result = run.transact(proto::UP, true, {});
  document.put(mesh, result);
  run.warn_of(result);
  Mesh linked = mesh;
  linked.learned = result.learned;
  tell_links_to_learn(run, linked);
  run.tell(result);
  // Nodes that cannot be asked are planned around; one that refuses leaves nobody a plan.
  if (!result.faults.empty() || result.any_refused()) { return result.exit_code(); }
  return tell_dry_run(command_line, mesh, result);
}

}  // namespace wgmesh
