#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "controller/commands.h"
#include "controller/exit_code.h"
#include "controller/run.h"
#include "controller/show/output.h"
#include "controller/show/render_export.h"

namespace wgmesh {
namespace {

NodeExport shown(const std::string& node, const proto::ExportedFiles& exported, bool is_written) {
  NodeExport out;
  out.node = node;
  for (const proto::ExportedFile& file : exported.files()) {
    ShownFile& one = out.files.emplace_back();
    one.name = file.name();
    if (is_written) { continue; }
    std::string& text = one.text.emplace();
    for (const std::string& line : file.lines()) { text += line + "\n"; }
  }
  return out;
}

// Both lists are as the node tells them, and need not be of one length.
std::vector<Said> warnings_of(const proto::ExportedFiles& exported) {
  std::vector<Said> warnings;
  for (int i = 0; i < exported.warnings_size(); ++i) {
    const bool has_id = i < exported.warning_ids_size();
    warnings.push_back({has_id ? exported.warning_ids(i) : "", exported.warnings(i), {}});
  }
  return warnings;
}

// One for each node, in the order of the mesh file.
std::vector<NodeExport> ask_nodes(Run& run, const Mesh& mesh, const CommandLine& command_line) {
  proto::ExportFiles wanted;
  wanted.set_format(std::string(name_of(command_line.export_format)));
  wanted.set_folder(command_line.export_folder);
  auto answers = run.fleet().connect_and_ask([&](const Node& node, Session& session) {
    run.progress().set(node.name, "exporting");
    proto::Open open = open_for(mesh, node);
    open.clear_peers();  // nothing is to be resolved
    session.open(open);
    const proto::ExportedFiles exported = session.export_files(wanted);
    for (const Said& warning : warnings_of(exported)) { run.progress().warn(node.name, warning); }
    run.progress().end(node.name, Ending::kDone);
    return shown(node.name, exported, !wanted.folder().empty());
  });
  const auto failures = run.fleet().failures();
  std::vector<NodeExport> nodes;
  for (const Node* node : run.nodes()) {
    NodeExport& one = nodes.emplace_back();
    one.node = node->name;
    if (const auto found = answers.find(node->name); found != answers.end()) {
      one = std::move(found->second);
    } else if (const auto failure = failures.find(node->name); failure != failures.end()) {
      const NodeFailure& why = failure->second;
      one.error = ErrorReport{{}, why.step, why.message, why.cure, why.id};
    }
  }
  return nodes;
}

}  // namespace

int run_export(const CommandLine& command_line, const Mesh& mesh) {
  Run run(command_line, mesh);
  const std::vector<NodeExport> nodes = ask_nodes(run, mesh, command_line);
  run.tell_rest();
  run.progress().close(false);
  if (run.signals().requested()) { return kExitInterrupted; }
  put_result(command_line.json_out
                 ? render_export_json(mesh.name, command_line.export_format, nodes)
                 : render_export(nodes));
  const auto failures = run.fleet().failures();
  if (failures.empty()) { return kExitDone; }
  const bool is_anybody_unreachable = std::ranges::any_of(failures, [](const auto& failure) {
    return failure.second.kind == NodeFailure::Kind::kUnreachable;
  });
  return is_anybody_unreachable ? kExitUnreachable : kExitFailed;
}

}  // namespace wgmesh
