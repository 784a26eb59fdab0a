#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/error.h"
#include "common/export_folder.h"
#include "common/exported_node.h"
#include "common/messages.h"
#include "common/naming.h"
#include "controller/commands.h"
#include "controller/exit_code.h"
#include "controller/mesh/planner.h"
#include "controller/offline_keys.h"
#include "controller/show/output.h"
#include "controller/show/progress.h"
#include "controller/show/render_export.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

// What stands in for the hello of each node: it has this key, and nothing was measured.
Facts facts_of(const OfflineKeys& keys) {
  Facts facts;
  for (const auto& [name, key] : keys.private_keys) {
    const PublicKey public_key = public_key_of(key);
    facts[name].set_public_key(std::string(public_key.octets.begin(), public_key.octets.end()));
  }
  return facts;
}

std::string mtu_source(const Mesh& mesh) {
  return mesh.mtu || mesh.fragments ? "as the mesh file says"
                                    : "which follows from the usual 1500 of Ethernet";
}

ExportedNode exported(const Mesh& mesh, const Node& node, const OfflineKeys& keys,
                      const Facts& facts, const SegmentMtu& mtu) {
  ExportedNode out = exported_node_of(plan_for(mesh, node, facts, mtu));
  out.private_key = keys.private_keys.at(node.name);
  for (ExportedPeer& peer : out.peers) {
    peer.preshared_key = keys.preshared_keys.at(std::minmax(node.name, peer.node));
  }
  out.mtu_remark = "No path was measured: the MTUs are those " + mtu_source(mesh) + ".";
  return out;
}

// All of one folder: a file of the other format has the same keys.
KeptKeys kept_in(const ExportFolder& folder, const Mesh& mesh) {
  for (const std::string& name :
       {wireguard_name(mesh.name) + ".conf", "10-" + wireguard_name(mesh.name) + ".netdev"}) {
    if (const auto content = folder.read(name)) { return kept_keys_in(**content); }
  }
  return {};
}

void warn(const CommandLine& command_line, const Mesh& mesh, const SegmentMtu& mtu,
          const std::string& folder) {
  Progress progress(command_line.progress, {});
  for (const Said& caution : cautions(mesh)) { progress.warn({}, caution); }
  progress.warn({}, say<"export-mtu-unmeasured">(mtu.segment, mtu_source(mesh), mtu.underlay));
  if (mesh.path_cost.kind == PathCost::Kind::kMeasured) {
    progress.warn({}, say<"export-costs-unmeasured">());
  }
  if (mesh.hosts) { progress.warn({}, say_common<"export-without-hosts">()); }
  progress.warn({}, say<"export-keys-lie-here">(mesh.nodes.size(), folder));
  progress.close(false);
}

}  // namespace

int run_offline_export(const CommandLine& command_line, const Mesh& file) {
  Mesh mesh = file;
  mesh.learn_endpoints = false;  // only nodes that run see where others are
  if (const auto problems = check(mesh); !problems.empty()) { throw Error(problems.front()); }
  std::string root = std::filesystem::absolute(command_line.export_folder).lexically_normal();
  if (root.size() > 1 && root.ends_with('/')) { root.pop_back(); }
  const ExportFolder outer(root, {});
  std::map<std::string, ExportFolder> folders;
  std::map<std::string, KeptKeys> kept;
  for (const Node& node : mesh.nodes) {
    const auto [entry, is_new] =
        folders.try_emplace(node.name, root + "/" + node.name, export_header(mesh.name, node.name));
    kept.emplace(node.name, kept_in(entry->second, mesh));
  }
  const OfflineKeys keys = offline_keys(mesh, kept);
  const Facts facts = facts_of(keys);
  const SegmentMtu mtu = segment_mtu(mesh, facts);
  std::map<std::string, std::vector<ExportedFile>> files;
  for (const Node& node : mesh.nodes) {
    files[node.name] =
        export_files(exported(mesh, node, keys, facts, mtu), command_line.export_format);
  }
  std::vector<NodeExport> written;
  for (const Node& node : mesh.nodes) {
    NodeExport& one = written.emplace_back();
    one.node = node.name;
    for (std::string& path :
         folders.at(node.name).write(files.at(node.name), mesh.name, command_line.export_format)) {
      one.files.push_back({std::move(path), std::nullopt});
    }
  }
  warn(command_line, mesh, mtu, root);
  put_result(command_line.json_out
                 ? render_export_json(mesh.name, command_line.export_format, written)
                 : render_export(written));
  return kExitDone;
}

}  // namespace wgmesh
