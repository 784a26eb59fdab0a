#include "controller/commands.h"
#include "controller/exit_code.h"
#include "controller/run.h"
#include "controller/show/output.h"
#include "controller/show/render_changes.h"
#include "controller/show/render_error.h"

namespace wgmesh {

int run_plan(const CommandLine& command_line, const Mesh& mesh) {
  const auto problems = check(mesh);
  for (const Said& problem : problems) {
    print_error(report_of(problem, {}, "mesh file"), command_line.progress);
  }
  if (!problems.empty()) { return kExitBadMeshFile; }

  Run run(command_line, mesh);
  const TransactionResult result = run.transact(proto::UP, true, {});
  run.warn_of(result);
  run.tell(result);
  // Nodes that cannot be asked are planned around; one that refuses leaves nobody a plan.
  if (!result.faults.empty() || result.any_refused()) { return result.exit_code(); }
  const auto changes = changes_of(mesh, result);
  put_result(command_line.json_out ? render_changes_json(changes)
                                   : render_changes(changes, stdout_takes_color()));
  const int code = result.exit_code();
  if (code == kExitDone && command_line.detailed_exitcode && result.anything_to_do()) {
    return kExitChangesPending;
  }
  return code;
}

}  // namespace wgmesh
