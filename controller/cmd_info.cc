#include <algorithm>
#include <chrono>

#include "controller/commands.h"
#include "controller/exit_code.h"
#include "controller/run.h"
#include "controller/show/output.h"
#include "controller/show/render_info.h"

namespace wgmesh {

int run_info(const CommandLine& command_line, const Mesh& mesh) {
  Run run(command_line, mesh);
  const std::vector<NodeReport> reports = run.ask_statuses();
  run.progress().close(false);
  if (run.signals().requested()) { return kExitInterrupted; }
  put_info(mesh, reports, command_line.json_out, std::chrono::system_clock::now(), put_result);
  const bool all = std::ranges::all_of(
      reports, [](const NodeReport& report) { return report.status.has_value(); });
  return all ? kExitDone : kExitUnreachable;
}

}  // namespace wgmesh
