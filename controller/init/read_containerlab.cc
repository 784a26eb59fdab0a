#include "controller/init/read_containerlab.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "controller/file/yaml_value.h"
#include "controller/init/foreign_file.h"
#include "controller/text/enumeration.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

class Topology {
 public:
  Topology(const YamlNode& root, const std::string& file)
      : root_(root), faults_(file), lab_(text_in(find_value(root, "name"))) {}

  Draft read() {
    const YamlNode* nodes = find_value(root_, {"topology", "nodes"});
    std::vector<std::string> others;
    if (nodes != nullptr) {
      for (const YamlMember& member : nodes->members) {
        if (setting(member.value, "kind") == "linux") {
          add(member);
        } else {
          others.push_back(shown(member.key));
        }
      }
    }
    if (!others.empty()) {
      draft_.notes.push_back(
          fmt::format("Not of `kind: linux`, so left out: {}.", enumerated(others)));
    }
    if (const std::string name = as_mesh_name(lab_); !name.empty()) { draft_.name = name; }
    expect_nodes(draft_.nodes.size(), "a containerlab topology with nodes of kind linux", faults_);
    draft_.notes.emplace_back(
        "The lab must be up (`containerlab deploy`) before `mesh up`. If it runs on podman, write "
        "`podman exec`.");
    return std::move(draft_);
  }

 private:
  // Of the node itself, its group, its kind or all nodes, in this order.
  std::string setting(const YamlNode& node, std::string_view key) const {
    if (const std::string own = text_in(find_value(node, key)); !own.empty()) { return own; }
    const std::string group = text_in(find_value(node, "group"));
    const std::string of_group = text_in(find_value(root_, {"topology", "groups", group, key}));
    if (!of_group.empty()) { return of_group; }
    if (key != "kind") {
      const std::string kind = setting(node, "kind");
      const std::string of_kind = text_in(find_value(root_, {"topology", "kinds", kind, key}));
      if (!of_kind.empty()) { return of_kind; }
    }
    return text_in(find_value(root_, {"topology", "defaults", key}));
  }

  // clab-LAB-NODE; the topology may name another prefix, or none.
  std::string container_of(const std::string& node) const {
    const YamlNode* prefix = find_value(root_, "prefix");
    const std::string word = prefix == nullptr ? "clab" : prefix->text;
    if (word.empty()) { return node; }
    if (word == "__lab-name") { return fmt::format("{}-{}", lab_, node); }
    return fmt::format("{}-{}-{}", word, lab_, node);
  }

  void add(const YamlMember& member) {
    const std::string container = container_of(member.key);
    const auto target = exec_target_in(fmt::format("docker exec -i {}", container), member.place,
                                       shown(member.key), faults_);
    if (!target) { return; }
    DraftNode node;
    node.name = member.key;
    node.target = *target;
    put_endpoint(member.value, container, node);
    add_node(draft_, std::move(node));
  }

  // In the management network docker resolves the names of the containers.
  void put_endpoint(const YamlNode& value, const std::string& container, DraftNode& node) const {
    const std::string mode = setting(value, "network-mode");
    if (!mode.empty() && mode != "bridge") {
      node.no_endpoint = fmt::format(
          "With `network-mode: {}` it is not in the lab's management network. If its peers reach "
          "it by "
          "a link of the lab, write the address that it has there.",
          shown(mode));
      return;
    }
    for (const char* const key : {"mgmt-ipv4", "mgmt-ipv6"}) {
      const std::string address = text_in(find_value(value, key));
      if (!address.empty()) {
        node.endpoint = HostAndPort{address, {}};
        return;
      }
    }
    node.endpoint = HostAndPort{container, {}};
  }

  const YamlNode& root_;
  FaultList faults_;
  std::string lab_;
  Draft draft_;
};

}  // namespace

Draft read_containerlab(std::string_view text, const std::string& file) {
  const YamlNode root = read_foreign_tree(text, file, Syntax::kYaml);
  return Topology(root, file).read();
}

}  // namespace wgmesh
