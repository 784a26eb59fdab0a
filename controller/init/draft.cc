#include "controller/init/draft.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/naming.h"
#include "controller/file/yaml_value.h"

namespace wgmesh {
namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// With '-' for each run of characters that are neither letters, digits nor in `others`.
std::string cleaned(std::string_view text, std::string_view others, std::size_t most) {
  std::string name;
  for (const char c : text) {
    const bool is_fit = is_alphanumeric(c) || others.find(c) != std::string_view::npos;
    if (name.empty() && !is_alphanumeric(c)) { continue; }
    if (is_fit) {
      name += c;
    } else if (name.back() != '-') {
      name += '-';
    }
    if (name.size() == most) { break; }
  }
  while (!name.empty() && !is_alphanumeric(name.back())) { name.pop_back(); }
  return name;
}

}  // namespace

bool is_same_machine(const NodeTarget& a, const NodeTarget& b) {
  const auto* ssh = std::get_if<SshTarget>(&a);
  const auto* other = std::get_if<SshTarget>(&b);
  if (ssh == nullptr || other == nullptr) { return a == b; }
  return ssh->host == other->host && ssh->port == other->port;
}

std::string as_node_name(std::string_view text) { return cleaned(text, "._-", kMaxNodeName); }

std::string as_mesh_name(std::string_view text) {
  const std::string name = cleaned(text, "_-", kMaxMeshName);
  return name == "bin" ? "bin-mesh" : name;  // nodes keep the agent under the name bin
}

std::string unused_name(const Draft& draft, const std::string& name) {
  const auto is_taken = [&](const std::string& wanted) {
    return std::ranges::find(draft.nodes, wanted, &DraftNode::name) != draft.nodes.end();
  };
  if (!is_taken(name)) { return name; }
  for (unsigned number = 2;; ++number) {
    const std::string suffix = fmt::format("-{}", number);
    const std::string other = name.substr(0, kMaxNodeName - suffix.size()) + suffix;
    if (!is_taken(other)) { return other; }
  }
}

bool add_node(Draft& draft, DraftNode node) {
  const auto same = std::ranges::find_if(draft.nodes, [&](const DraftNode& other) {
    return is_same_machine(node.target, other.target);
  });
  if (same != draft.nodes.end()) {
    draft.notes.push_back(fmt::format("{} is left out: it is the machine of {}.", shown(node.name),
                                      shown(same->name)));
    return false;
  }
  const std::string wanted = node.name;
  const std::string usable = as_node_name(wanted);
  node.name = unused_name(draft, usable.empty() ? "node" : usable);
  if (node.name != wanted && !node.name_is_open) {
    node.notes.push_back(fmt::format("It was called \"{}\".", shown(wanted)));
  }
  draft.nodes.push_back(std::move(node));
  return true;
}

std::uint16_t listen_port_of(const DraftNode& node) {
  return node.listen_port.value_or(Node().listen_port);
}

}  // namespace wgmesh
