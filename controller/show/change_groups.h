// The changes of all nodes as people think of them: what becomes of a node, and what becomes of a link that two nodes
// share, with old and new values. Plans, questions and the result document group by it. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "controller/mesh/report.h"

namespace wgmesh {

enum class GroupKind : std::uint8_t { kAdd, kChange, kRemove };

// From the first operation that touches it to the last. A way station is no value: a setting that ends as it began is
// left out.
struct GroupValue {
  std::string node;       // where it is; empty: at both ends of the link
  std::string interface;  // empty: it is about a WireGuard peer
  std::string key;
  std::optional<std::string> before;  // empty: there is none
  std::optional<std::string> after;
  bool operator==(const GroupValue&) const = default;
};

// Of lines in a node's /etc/hosts: a value for each that comes or goes.
inline constexpr std::string_view kHostsKey = "hosts";

struct NodeGroup {
  std::string node;
  GroupKind kind = GroupKind::kChange;
  std::vector<GroupValue> values;
  std::vector<std::string> of_agent;  // operations on the agent's own files
  bool only_stored = false;           // nothing but what is stored there changes
};

struct LinkGroup {
  std::string a, b;  // in the order of the file
  GroupKind kind = GroupKind::kChange;
  std::vector<GroupValue> values;
};

struct ChangeGroups {
  std::vector<NodeGroup> nodes;  // in the order of the file; only those that change
  std::vector<LinkGroup> links;  // likewise

  std::size_t count_nodes(GroupKind kind) const;
  std::size_t count_links(GroupKind kind) const;
};

// `nodes` in the order of the file.
ChangeGroups group_changes(std::span<const NodeChanges> nodes);

}  // namespace wgmesh
