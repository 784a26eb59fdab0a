#include <algorithm>
#include <chrono>

#include "controller/commands.h"
#include "controller/exit_code.h"
#include "controller/run.h"
#include "controller/show/output.h"
#include "controller/show/render_show.h"

namespace wgmesh {

int run_show(const CommandLine& command_line, const Mesh& mesh) {
  Run run(command_line, mesh);
  const std::vector<NodeReport> reports = run.ask_statuses();
  run.progress().close(false);
  if (run.signals().requested()) { return kExitInterrupted; }
  if (command_line.json_out) {
    put_result(render_show_json(reports));
  } else if (command_line.dump) {
    put_result(render_show_dump(reports));
  } else {
    put_result(render_show(reports, std::chrono::system_clock::now(), stdout_takes_color()));
  }
  const bool all = std::ranges::all_of(
      reports, [](const NodeReport& report) { return report.status.has_value(); });
  return all ? kExitDone : kExitUnreachable;
}

}  // namespace wgmesh
