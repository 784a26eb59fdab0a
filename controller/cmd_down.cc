#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>

#include "controller/agree.h"
#include "controller/commands.h"
#include "controller/dry_run.h"
#include "controller/exit_code.h"
#include "controller/mend.h"
#include "controller/run.h"
#include "controller/show/output.h"
#include "controller/show/render_changes.h"
#include "controller/summary_of.h"

namespace wgmesh {
namespace {

// No exit code: nodes are in different states, and a second run can mend that now.
constexpr int kInDoubt = -1;

int take_down(const CommandLine& command_line, const Mesh& mesh,
              std::map<std::string, std::uint64_t> agreed, bool mends, ResultDocument& document) {
  Run run(command_line, mesh);
  run.expect(std::move(agreed));
  const proto::Goal goal = command_line.remove ? proto::REMOVE : proto::DOWN;
  const TransactionResult result = run.transact(goal, command_line.dry_run, {});
  const int code = result.exit_code();
  document.put(mesh, result);
  if (!mends) { run.warn_of(result); }
  if (result.wants_mending() && !mends) {
    await_end_of_doubt(run, result);
    return kInDoubt;
  }
  if (!is_done(code)) {
    run.tell(result);
    return mends ? kExitUnknownState : code;
  }
  if (command_line.dry_run) {
    run.progress().close(false);
    return tell_dry_run(command_line, mesh, result);
  }

  run.pass_on_notes(result);
  Summary summary = summary_of(Verb::kDown, result);
  summary.is_down = true;
  summary.removed = command_line.remove;
  for (const auto& [name, node] : result.nodes) {
    if (node.skipped) { continue; }
    run.progress().end(name, Ending::kDone,
                       node.outcome == Outcome::kApplied ? "down" : "was down");
  }
  run.progress().close(true);
  document.put(summary);
  if (!command_line.json_out && !command_line.quiet) { put_result(render_summary(summary)); }
  return code;
}

}  // namespace

int run_down(const CommandLine& command_line, const Mesh& mesh, ResultDocument& document) {
  std::map<std::string, std::uint64_t> generations;
  if (command_line.interactive && !command_line.dry_run) {
    const proto::Goal goal = command_line.remove ? proto::REMOVE : proto::DOWN;
    auto agreed = agreed_generations(command_line, mesh, goal, "Take this down?", document);
    if (const int* code = std::get_if<int>(&agreed)) { return *code; }
    generations = std::get<0>(std::move(agreed));
  }
  const int code = take_down(command_line, mesh, std::move(generations), false, document);
  return code == kInDoubt ? take_down(mending(command_line), mesh, {}, true, document) : code;
}

}  // namespace wgmesh
