#include "controller/commands.h"
#include "controller/confirm.h"
#include "controller/output.h"
#include "controller/render_changes.h"
#include "controller/run.h"

namespace wgmesh {

int run_down(const CommandLine& command_line, const Mesh& mesh) {
  Run run(command_line, mesh);
  std::function<bool(const TransactionResult&)> approve;
  if (command_line.interactive) {
    approve = [&](const TransactionResult& result) {
      run.progress().pause();
      say(render_changes(changes_of(mesh, result), false));
      const bool yes = confirm("Take this down?");
      run.progress().resume();
      return yes;
    };
  }
  const proto::Goal goal = command_line.remove ? proto::REMOVE : proto::DOWN;
  const TransactionResult result = run.transact(goal, command_line.dry_run, approve);
  const int code = result.exit_code();
  run.warn_of(result);
  if (!is_done(code) || result.declined) {
    run.tell(result);
    return result.declined ? kExitFailed : code;
  }
  if (command_line.dry_run) {
    run.progress().close(false);
    const auto changes = changes_of(mesh, result);
    put_result(command_line.json_out ? render_changes_json(changes)
                                     : render_changes(changes, false));
    return code;
  }

  run.pass_on_notes(result);
  Summary summary;
  summary.verb = Verb::kDown;
  summary.removed = command_line.remove;
  summary.skipped = result.skipped();
  for (const auto& [name, node] : result.nodes) {
    if (node.skipped) continue;
    const bool changed = node.outcome == Outcome::kApplied;
    ++(changed ? summary.changed : summary.unchanged);
    run.progress().end(name, Ending::kDone, changed ? "down" : "was down");
  }
  run.progress().close(true);
  if (command_line.json_out) {
    put_result(render_summary_json(summary));
  } else if (!command_line.quiet) {
    put_result(render_summary(summary));
  }
  return code;
}

}  // namespace wgmesh
