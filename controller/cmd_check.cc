#include <algorithm>

#include "controller/commands.h"
#include "controller/examine.h"
#include "controller/exit_code.h"
#include "controller/mesh/diagnosis.h"
#include "controller/mesh/missing_link.h"
#include "controller/mesh/node_findings.h"
#include "controller/mesh/stored_learned.h"
#include "controller/run.h"
#include "controller/show/output.h"
#include "controller/show/render_check.h"

namespace wgmesh {

int run_check(const CommandLine& command_line, const Mesh& file) {
  Run run(command_line, file);
  const Examination examination = examine(run, file);
  const Mesh mesh = with_learned(file, examination);
  for (const Said& warning : find_foreign_roots(mesh, views_of(examination))) {
    run.progress().warn({}, warning);
  }
  // STP carries such a pair, so it is no fault. With split horizon it is one: diagnose tells it.
  if (mesh.loop_prevention == LoopPrevention::kStp) {
    for (const std::string& sentence : sentences_of(missing_links(mesh))) {
      run.progress().note({}, sentence);
    }
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
