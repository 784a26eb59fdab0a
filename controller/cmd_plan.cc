#include "controller/commands.h"
#include "controller/dry_run.h"
#include "controller/exit_code.h"
#include "controller/run.h"
#include "controller/show/render_error.h"

namespace wgmesh {

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
  run.tell(result);
  // Nodes that cannot be asked are planned around; one that refuses leaves nobody a plan.
  if (!result.faults.empty() || result.any_refused()) { return result.exit_code(); }
  return tell_dry_run(command_line, mesh, result);
}

}  // namespace wgmesh
