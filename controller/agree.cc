#include "controller/agree.h"

#include "controller/confirm.h"
#include "controller/exit_code.h"
#include "controller/run.h"
#include "controller/show/output.h"
#include "controller/show/render_changes.h"

namespace wgmesh {

std::variant<std::map<std::string, std::uint64_t>, int> agreed_generations(
    const CommandLine& command_line, const Mesh& mesh, proto::Goal goal, std::string_view question,
    ResultDocument& document) {
  std::map<std::string, std::uint64_t> generations;
  Run run(command_line, mesh);
  const TransactionResult result = run.transact(goal, true, {});
  document.put(mesh, result);
  if (const int code = result.exit_code(); !is_done(code)) {
    run.tell(result);
    return code;
  }
  run.progress().close(false);
  for (const auto& [name, node] : result.nodes) {
    if (node.generation) { generations.emplace(name, *node.generation); }
  }
  run.fleet().end_sessions();
  if (!result.anything_to_do()) { return generations; }
  say(render_changes(changes_of(mesh, result), false, command_line.verbose > 0));
  if (confirm(question)) { return generations; }
  document.put_declined();
  say("declined: nothing has changed\n");
  return static_cast<int>(kExitFailed);
}

}  // namespace wgmesh
