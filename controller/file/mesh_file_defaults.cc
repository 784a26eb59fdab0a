#include "controller/file/mesh_file_defaults.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "common/error.h"
#include "controller/file/destination.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

using Kind = YamlNode::Kind;

const std::array<std::string, 9> kKeys = {"ssh",    "listen_port",  "persistent_keepalive",
                                          "fwmark", "prio",         "peers",
                                          "site",   "bridge_ports", "json"};

YamlNode* find(YamlNode& map, std::string_view key) {
  const auto found = std::ranges::find_if(
      map.members, [&](const YamlMember& member) { return member.key == key; });
  return found == map.members.end() ? nullptr : &found->value;
}

bool is_text(const YamlNode& node) {
  return node.kind == Kind::kPlain || node.kind == Kind::kQuoted;
}

// What else says the same as a key of `ssh`.
std::string_view other_name_of(std::string_view key) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kNames = {
      {{"identity_file", "connect_kwargs"},
       {"connect_kwargs", "identity_file"},
       {"proxy_jump", "gateway"},
       {"gateway", "proxy_jump"}}};
  for (const auto& [name, other] : kNames) {
    if (name == key) { return other; }
  }
  return {};
}

// Keys that the host's own text says: user@host:port.
std::vector<std::string> keys_in_host(const YamlNode& host) {
  std::vector<std::string> keys;
  try {
    const SshTarget target = parse_ssh_target(host.text);
    if (!target.user.empty()) { keys.emplace_back("user"); }
    if (target.port) { keys.emplace_back("port"); }
  } catch (const Error&) {
    // The reader of `ssh` says what is wrong with it.
  }
  return keys;
}

void apply_to_ssh(YamlNode& ssh, const YamlNode& defaults) {
  if (defaults.kind != Kind::kMap) { return; }
  if (is_text(ssh)) {
    YamlNode map;
    map.kind = Kind::kMap;
    map.place = ssh.place;
    map.members.push_back({"host", ssh.place, std::move(ssh)});
    ssh = std::move(map);
  }
  if (ssh.kind != Kind::kMap) { return; }
  std::vector<std::string> said;
  if (const YamlNode* host = find(ssh, "host"); host != nullptr && is_text(*host)) {
    said = keys_in_host(*host);
  }
  for (const YamlMember& member : ssh.members) { said.push_back(member.key); }
  for (const YamlMember& member : defaults.members) {
    const auto is_said = [&](std::string_view key) {
      return std::ranges::find(said, key) != said.end();
    };
    if (!is_said(member.key) && !is_said(other_name_of(member.key))) {
      ssh.members.push_back(member);
    }
  }
}

void apply_to_node(YamlNode& node, const YamlNode& defaults) {
  if (node.kind != Kind::kMap) { return; }
  for (const YamlMember& member : defaults.members) {
    if (std::ranges::find(kKeys, member.key) == kKeys.end()) { continue; }
    YamlNode* own = find(node, member.key);
    if (member.key == "ssh") {
      // The host is the node's own: without it there is nothing to complete.
      if (own != nullptr) { apply_to_ssh(*own, member.value); }
    } else if (own == nullptr) {
      node.members.push_back(member);
    }
  }
}

}  // namespace

std::span<const std::string> default_keys() { return kKeys; }

void apply_defaults(YamlNode& root) {
  if (root.kind != Kind::kMap) { return; }
  const YamlNode* defaults = find(root, "defaults");
  YamlNode* nodes = find(root, "nodes");
  if (defaults == nullptr || defaults->kind != Kind::kMap || nodes == nullptr) { return; }
  const std::size_t count = std::max(nodes->items.size(), nodes->members.size());
  if (count > kMaxYamlNodes ||
      count_values(*defaults) > kMaxYamlNodes / std::max<std::size_t>(count, 1)) {
    throw SyntaxError(defaults->place, say<"file-defaults-too-many">(count, kMaxYamlNodes));
  }
  for (YamlNode& node : nodes->items) { apply_to_node(node, *defaults); }
  for (YamlMember& node : nodes->members) { apply_to_node(node.value, *defaults); }
}

}  // namespace wgmesh
