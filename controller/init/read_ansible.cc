#include "controller/init/read_ansible.h"

#include <fmt/format.h>

#include <initializer_list>
#include <set>
#include <utility>
#include <vector>

#include "controller/file/yaml_value.h"
#include "controller/init/foreign_file.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

constexpr std::string_view kHostVars = "hostvars";

struct AnsibleHost {
  std::string name;
  Place place;
  const YamlNode* variables = nullptr;  // null: it has none

  // The first of these that the host has; null: it has none.
  const YamlNode* find(std::initializer_list<std::string_view> names) const {
    if (variables == nullptr) { return nullptr; }
    for (const std::string_view variable : names) {
      const YamlNode* value = find_value(*variables, variable);
      if (value != nullptr && !value->text.empty()) { return value; }
    }
    return nullptr;
  }
};

// In the order of the groups. A host may be in many of them, and in none of which hosts are listed.
std::vector<AnsibleHost> hosts_of(const YamlNode& root) {
  const YamlNode* variables = find_value(root, {"_meta", kHostVars});
  std::vector<AnsibleHost> hosts;
  std::set<std::string> seen;
  const auto add = [&](const std::string& name, Place place) {
    if (name.empty() || !seen.insert(name).second) { return; }
    hosts.push_back({name, place, variables == nullptr ? nullptr : find_value(*variables, name)});
  };
  for (const YamlMember& group : root.members) {
    if (group.key == "_meta") { continue; }
    const YamlNode* listed =
        group.value.kind == YamlNode::Kind::kList ? &group.value : find_value(group.value, "hosts");
    if (listed == nullptr) { continue; }
    for (const YamlNode& host : listed->items) { add(host.text, host.place); }
  }
  if (variables != nullptr) {
    for (const YamlMember& host : variables->members) { add(host.key, host.place); }
  }
  return hosts;
}

// The command of a connection plugin, as `docker` or `community.docker.docker`; empty: it is SSH.
std::string container_program(const std::string& connection) {
  const std::string plugin = connection.substr(connection.rfind('.') + 1);
  return plugin == "docker" || plugin == "podman" ? plugin : std::string();
}

class AnsibleInventory {
 public:
  explicit AnsibleInventory(const std::string& file) : faults_(file) {}

  Draft read(const YamlNode& root) {
    const std::vector<AnsibleHost> hosts = hosts_of(root);
    for (const AnsibleHost& host : hosts) { add(host); }
    expect_nodes(draft_.nodes.size(), "the output of `ansible-inventory --list`", faults_);
    return std::move(draft_);
  }

 private:
  void add(const AnsibleHost& host) {
    const std::string connection = text_in(host.find({"ansible_connection"}));
    if (connection == "local") {
      draft_.notes.push_back(
          fmt::format("{} is left out: it is the machine that Ansible runs on.", shown(host.name)));
      return;
    }
    DraftNode node;
    node.name = host.name;
    const std::string program = container_program(connection);
    const bool is_known = program.empty() ? read_login(host, node) : read_exec(host, program, node);
    if (is_known) { add_node(draft_, std::move(node)); }
  }

  bool read_exec(const AnsibleHost& host, const std::string& program, DraftNode& node) {
    const YamlNode* where = host.find({"ansible_host"});
    const std::string container = where == nullptr ? host.name : where->text;
    const auto target = exec_target_in(fmt::format("{} exec -i {}", program, container), host.place,
                                       shown(host.name), faults_);
    if (!target) { return false; }
    node.target = *target;
    node.endpoint = HostAndPort{container, {}};
    return true;
  }

  bool read_login(const AnsibleHost& host, DraftNode& node) {
    const YamlNode* where = host.find({"ansible_host", "ansible_ssh_host"});
    const YamlNode* user = host.find({"ansible_user", "ansible_ssh_user"});
    const std::string login = user == nullptr ? std::string() : user->text + '@';
    const auto target =
        ssh_target_in(login + (where == nullptr ? host.name : where->text),
                      where == nullptr ? host.place : where->place, shown(host.name), faults_);
    if (!target) { return false; }
    SshTarget ssh = *target;
    if (const YamlNode* port = host.find({"ansible_port", "ansible_ssh_port"})) {
      ssh.port = port_in(port->text, port->place, shown(host.name), faults_);
    }
    const YamlNode* key = host.find({"ansible_ssh_private_key_file", "ansible_private_key_file"});
    if (key != nullptr) { ssh.identity_files = {key->text}; }
    if (host.find({"ansible_ssh_common_args", "ansible_ssh_extra_args"}) != nullptr) {
      node.notes.emplace_back(
          "Ansible gives `ssh` more arguments for it. Write what they say into ~/.ssh/config; a "
          "jump host may be "
          "`proxy_jump` under `ssh`.");
    }
    node.endpoint = HostAndPort{ssh.host, {}};
    node.target = std::move(ssh);
    return true;
  }

  FaultList faults_;
  Draft draft_;
};

}  // namespace

Draft read_ansible(std::string_view text, const std::string& file) {
  return AnsibleInventory(file).read(read_foreign_tree(text, file, Syntax::kJson));
}

}  // namespace wgmesh
