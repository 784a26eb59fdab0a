#include "controller/show/render_conf.h"

#include <nlohmann/json.hpp>
#include <variant>

#include "common/overloaded.h"
#include "controller/file/mesh_file.h"
#include "controller/text/yaml_writer.h"

namespace wgmesh {
namespace {

using Json = nlohmann::ordered_json;

// One address is written as such, several as a list.
Json addresses_of(const Node& node) {
  if (node.addresses.size() == 1) { return to_text(node.addresses.front()); }
  Json list = Json::array();
  for (const Prefix& address : node.addresses) { list.push_back(to_text(address)); }
  return list;
}

// What is absent is what the user's ssh configuration says.
Json ssh_of(const SshTarget& target) {
  Json ssh = {{"host", target.host}};
  if (!target.user.empty()) { ssh["user"] = target.user; }
  if (target.port) { ssh["port"] = *target.port; }
  if (!target.identity_files.empty()) { ssh["identity_file"] = target.identity_files; }
  if (!target.proxy_jump.empty()) { ssh["proxy_jump"] = target.proxy_jump; }
  if (target.connect_timeout) { ssh["connect_timeout"] = *target.connect_timeout; }
  if (target.become != Become::kAuto) { ssh["become"] = to_text(target.become); }
  if (!target.become_password_command.empty()) {
    ssh["become_password_command"] = target.become_password_command;
  }
  return ssh;
}

Json mtu_of(const Mesh& mesh) {
  if (mesh.fragments) { return kFragmentingMtu; }
  return mesh.mtu ? Json(*mesh.mtu) : Json("auto");
}

Json node_of(const Mesh& mesh, const Node& node) {
  Json out;
  out["addr"] = addresses_of(node);
  std::visit(Overloaded{[&](const ExecTarget& exec) { out["exec"] = exec.text; },
                        [&](const SshTarget& ssh) { out["ssh"] = ssh_of(ssh); }},
             node.target);
  if (node.endpoint) { out["endpoint"] = to_text(*node.endpoint); }
  if (!node.site.empty()) { out["site"] = node.site; }
  if (node.local_endpoint) { out["local_endpoint"] = to_text(*node.local_endpoint); }
  out["listen_port"] = node.listen_port;
  out["persistent_keepalive"] = node.persistent_keepalive;
  out["fwmark"] = node.fwmark;
  if (!node.priority_is_open) { out["prio"] = node.priority; }
  if (!node.peers.empty()) { out["peers"] = node.peers; }
  out["underlay_addr"] = to_text(inner_address_of(mesh, node).address);
  if (!node.bridge_ports.empty()) { out["bridge_ports"] = node.bridge_ports; }
  out["state"] = node.absent ? "absent" : "present";
  if (!node.json.is_null()) { out["json"] = node.json; }
  return out;
}

}  // namespace

std::string render_conf(const Mesh& mesh, bool json) {
  Json out;
  if (json) { out["format_version"] = kMeshFileVersion; }
  out["name"] = mesh.name;
  out["network"] = to_text(mesh.network);
  out["full"] = mesh.full;
  out["mtu"] = mtu_of(mesh);
  out["underlay"] = to_text(mesh.underlay);
  out["loop_prevention"] = mesh.loop_prevention == LoopPrevention::kStp ? "stp" : "split-horizon";
  out["stp"] = {{"forward_delay", mesh.stp.forward_delay},
                {"hello_time", mesh.stp.hello_time},
                {"max_age", mesh.stp.max_age},
                {"ageing", mesh.stp.ageing}};
  if (mesh.path_cost.kind == PathCost::Kind::kFixed) { out["path_cost"] = mesh.path_cost.value; }
  if (mesh.path_cost.kind == PathCost::Kind::kMeasured) { out["path_cost"] = "auto"; }
  out["hosts"] = mesh.hosts;
  out["learn_endpoints"] = mesh.learn_endpoints;
  Json& nodes = out["nodes"] = Json::object();
  for (const auto* group : {&mesh.nodes, &mesh.absent}) {
    for (const Node& node : *group) { nodes[node.name] = node_of(mesh, node); }
  }
  return json ? out.dump(2) + "\n" : to_yaml(out);
}

}  // namespace wgmesh
