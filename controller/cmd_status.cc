#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <utility>

#include "controller/commands.h"
#include "controller/exit_code.h"
#include "controller/mesh/status_changes.h"
#include "controller/mesh/status_rows.h"
#include "controller/mesh/stored_learned.h"
#include "controller/reach/wait.h"
#include "controller/run.h"
#include "controller/show/output.h"
#include "controller/show/render_status.h"
#include "controller/show/screen.h"
#include "controller/text/yaml_writer.h"

namespace wgmesh {
namespace {

constexpr auto kBetweenLooks = std::chrono::seconds(2);

// `mesh`: as the nodes have it.
std::string rendered(const StatusView& view, OutputForm form, const Mesh& mesh,
                     std::span<const NodeReport> reports) {
  const auto replace = nlohmann::ordered_json::error_handler_t::replace;
  switch (form) {
    case OutputForm::kJson:
      // Of many looks each is a line, for programs that read line by line.
      return status_document(view, mesh, reports)
                 .dump(view.is_watched ? -1 : 2, ' ', false, replace) +
             '\n';
    case OutputForm::kYaml:
      return (view.is_watched ? "---\n" : "") + to_yaml(status_document(view, mesh, reports));
    case OutputForm::kName:
      return render_status_names(view.status);
    case OutputForm::kWide:
      return render_status_wide(view);
    case OutputForm::kUsual:
      break;
  }
  return render_status(view, screen_size(STDOUT_FILENO).columns);
}

int exit_code_of(const std::vector<NodeReport>& reports) {
  const bool all = std::ranges::all_of(
      reports, [](const NodeReport& report) { return report.status.has_value(); });
  return all ? kExitDone : kExitUnreachable;
}

bool is_table(OutputForm form) { return form == OutputForm::kUsual || form == OutputForm::kWide; }

// One look after the other: in one place of a terminal, elsewhere one below the other.
void put_look(const StatusView& view, OutputForm form, const std::string& text) {
  if (is_table(form) && isatty(STDOUT_FILENO) != 0) {
    put_result(screen_of(text, screen_size(STDOUT_FILENO)));
  } else {
    put_result(view.since != nullptr && is_table(form) ? '\n' + text : text);
  }
}

// Until the user has seen enough, or nobody reads any more.
int watch(Run& run, const Mesh& file, OutputForm form, std::vector<NodeReport> reports) {
  std::optional<Look> before;
  while (!run.signals().requested()) {
    const Mesh mesh = with_learned(file, reports);
    Look look{std::chrono::steady_clock::now(), mesh_status(mesh, reports)};
    std::optional<StatusChanges> changes;
    if (before) { changes = status_changes(*before, look); }
    const StatusView view{look.status, WGMESH_VERSION, changes ? &*changes : nullptr, true};
    put_look(view, form, rendered(view, form, mesh, reports));
    if (result_error() != 0) { return exit_code_of(reports); }
    before = std::move(look);
    try {
      pause_until(before->at + kBetweenLooks, &run.signals().interrupt());
    } catch (const Interrupted&) { break; }
    run.ask_again(reports);
  }
  return kExitInterrupted;
}

}  // namespace

int run_status(const CommandLine& command_line, const Mesh& file) {
  Run run(command_line, file);
  std::vector<NodeReport> reports = run.ask_statuses(true);
  run.progress().close(false);
  if (run.signals().requested()) { return kExitInterrupted; }
  if (command_line.watch) { return watch(run, file, command_line.form, std::move(reports)); }
  const Mesh mesh = with_learned(file, reports);
  const MeshStatus status = mesh_status(mesh, reports);
  put_result(rendered({status, WGMESH_VERSION}, command_line.form, mesh, reports));
  return exit_code_of(reports);
}

}  // namespace wgmesh
