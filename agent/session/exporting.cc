#include "agent/session/exporting.h"

#include <string_view>
#include <utility>
#include <vector>

#include "agent/change/refused.h"
#include "agent/state/desired.h"
#include "agent/text/messages.h"
#include "common/export_folder.h"
#include "common/exported_node.h"
#include "common/messages.h"
#include "common/shell_quoted.h"

namespace wgmesh {
namespace {

ExportFormat format_of(const std::string& name) {
  const auto format = find_export_format(name);
  if (!format) { throw Refused(say<"export-format-unknown">(name, WGMESH_VERSION)); }
  return *format;
}

// As desired_state() has checked it.
ExportedNode whole_node(const StoredMesh& stored, const std::string& mesh) {
  if (!stored.plan || !stored.private_key) { throw Refused(say<"export-nothing-stored">(mesh)); }
  static_cast<void>(desired_state(*stored.plan, {*stored.private_key, stored.preshared_keys}, {}));
  return exported_node_of(*stored.plan);
}

void put_secrets(const StoredMesh& stored, ExportedNode& node) {
  node.private_key = stored.private_key;
  for (ExportedPeer& peer : node.peers) {
    peer.preshared_key = stored.preshared_keys.at(peer.node);
  }
}

void warn(const Said& warning, proto::ExportedFiles& answer) {
  answer.add_warnings(warning.text + "; " + warning.cure);
  answer.add_warning_ids(warning.id);
}

proto::ExportedFiles written(const std::vector<ExportedFile>& files, const ExportedNode& node,
                             ExportFormat format, const std::string& path) {
  const ExportFolder folder(path, export_header(node.mesh, node.node));
  proto::ExportedFiles answer;
  for (std::string& name : folder.write(files, node.mesh, format)) {
    answer.add_files()->set_name(std::move(name));
  }
  // The agent has given away the right to give files to others.
  if (format == ExportFormat::kNetworkd) {
    warn(say_common<"export-for-networkd">(shell_quoted(answer.files(0).name())), answer);
  }
  return answer;
}

proto::ExportedFiles told(const std::vector<ExportedFile>& files) {
  proto::ExportedFiles answer;
  for (const ExportedFile& file : files) {
    proto::ExportedFile& out = *answer.add_files();
    out.set_name(file.name);
    std::string_view rest = *file.content;
    while (!rest.empty()) {
      const auto end = rest.find('\n');
      out.add_lines(std::string(rest.substr(0, end)));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
  }
  return answer;
}

}  // namespace

proto::ExportedFiles export_stored(const Store& store, const std::string& mesh,
                                   const proto::ExportFiles& wanted) {
  const ExportFormat format = format_of(wanted.format());
  const Loaded loaded = store.load(mesh);
  refuse_unreadable(loaded);
  ExportedNode node = whole_node(loaded.mesh, mesh);
  proto::ExportedFiles answer;
  if (wanted.folder().empty()) {
    answer = told(export_files(node, format));
  } else {
    put_secrets(loaded.mesh, node);
    answer = written(export_files(node, format), node, format, wanted.folder());
  }
  if (!loaded.mesh.plan->hosts().empty()) { warn(say_common<"export-without-hosts">(), answer); }
  return answer;
}

}  // namespace wgmesh
