#include "controller/dry_run.h"

#include "controller/exit_code.h"
#include "controller/run.h"
#include "controller/show/output.h"
#include "controller/show/render_changes.h"

namespace wgmesh {

int tell_dry_run(const CommandLine& command_line, const Mesh& mesh,
                 const TransactionResult& result) {
  if (!command_line.json_out) {
    put_result(
        render_changes(changes_of(mesh, result), stdout_takes_color(), command_line.verbose > 0));
  }
  const int code = result.exit_code();
  const bool is_asked = code == kExitDone && command_line.detailed_exitcode;
  return is_asked && result.anything_to_do() ? kExitChangesPending : code;
}

}  // namespace wgmesh
