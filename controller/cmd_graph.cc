#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <vector>

#include "common/error.h"
#include "common/posix.h"
#include "controller/commands.h"
#include "controller/examine.h"
#include "controller/exit_code.h"
#include "controller/mesh/graph_picture.h"
#include "controller/mesh/node_findings.h"
#include "controller/mesh/status_rows.h"
#include "controller/mesh/stored_learned.h"
#include "controller/run.h"
#include "controller/show/output.h"
#include "controller/show/render_graph.h"

namespace wgmesh {
namespace {

void put_picture(const GraphPicture& picture, const std::vector<NodeRow>& rows,
                 const CommandLine& command_line) {
  const std::string text = render_graph(picture, rows, command_line.graph_format);
  const std::string& path = command_line.output;
  if (path.empty() || path == "-") {
    put_result(text);
    return;
  }
  const UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!fd || !write_all(fd.get(), text)) { throw SystemError("write " + path, errno); }
}

}  // namespace

int run_graph(const CommandLine& command_line, const Mesh& file) {
  if (command_line.offline) {
    put_picture(planned_picture(file, command_line.nodes), {}, command_line);
    return kExitDone;
  }
  Run run(command_line, file);
  const Examination examination =
      examine(run, file, command_line.graph_format == GraphFormat::kHtml);
  const Mesh mesh = with_learned(file, examination);
  for (const Said& warning : find_foreign_roots(mesh, views_of(examination))) {
    run.progress().warn({}, warning);
  }
  run.progress().close(false);
  if (run.signals().requested()) { return kExitInterrupted; }
  put_picture(live_picture(mesh, command_line.nodes, examination, std::chrono::system_clock::now()),
              status_rows(mesh, examination), command_line);
  const bool all_asked = std::ranges::all_of(
      examination.nodes, [](const auto& node) { return node.second.status.has_value(); });
  return all_asked ? kExitDone : kExitUnreachable;
}

}  // namespace wgmesh
