#include <algorithm>

#include "controller/commands.h"
#include "controller/examine.h"
#include "controller/exit_code.h"
#include "controller/mesh/diagnosis.h"
#include "controller/mesh/node_findings.h"
#include "controller/run.h"
#include "controller/show/output.h"
#include "controller/show/render_check.h"

namespace wgmesh {

int run_check(const CommandLine& command_line, const Mesh& mesh) {
  Run run(command_line, mesh);
  const Examination examination = examine(run, mesh);
  for (const Said& warning : find_foreign_roots(mesh, examination)) {
    run.progress().warn({}, warning);
  }
  run.progress().close(false);
  if (run.signals().requested()) { return kExitInterrupted; }
  const std::vector<Finding> findings = diagnose(mesh, examination);
  put_result(command_line.json_out ? render_check_json(mesh, examination, findings)
                                   : render_check(mesh, examination, findings));
  const bool all_asked = std::ranges::all_of(
      examination.nodes, [](const auto& node) { return node.second.status.has_value(); });
  if (!all_asked) { return kExitUnreachable; }
  return findings.empty() ? kExitDone : kExitFailed;
}

}  // namespace wgmesh
