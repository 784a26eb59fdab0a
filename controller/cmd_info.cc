#include <algorithm>
#include <chrono>

#include "controller/commands.h"
#include "controller/exit_code.h"
#include "controller/mesh/stored_learned.h"
#include "controller/run.h"
#include "controller/show/output.h"
#include "controller/show/render_info.h"

namespace wgmesh {

int run_info(const CommandLine& command_line, const Mesh& file) {
  Run run(command_line, file);
  const std::vector<NodeReport> reports = run.ask_statuses();
  run.progress().close(false);
  if (run.signals().requested()) { return kExitInterrupted; }
  const Mesh mesh = with_learned(file, reports);
  put_info(mesh, reports, command_line.json_out, std::chrono::system_clock::now(), put_result);
  const bool all = std::ranges::all_of(
      reports, [](const NodeReport& report) { return report.status.has_value(); });
  return all ? kExitDone : kExitUnreachable;
}

}  // namespace wgmesh
