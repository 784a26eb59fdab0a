#include "controller/show/change_groups.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

namespace wgmesh {
namespace {

// What makes or removes the whole: an interface by its kind, a peer by its key.
bool is_whole(std::string_view key) { return key == "kind" || key == "public_key"; }

std::optional<std::string> text_of(bool has, const std::string& text) {
  return has ? std::optional(text) : std::nullopt;
}

// The values of a group in the order in which they first came, each from its first `before` to its last `after`.
class ValueList {
 public:
  void put(const std::string& node, const proto::Change& change) {
    for (const proto::Value& value : change.values()) {
      const std::string interface = value.key() == "public_key" ? "" : change.interface();
      const auto before = text_of(value.has_before(), value.before());
      const auto after = text_of(value.has_after(), value.after());
      // Of a set one that goes and one that comes are two values.
      const bool is_of_set =
          value.key() == "addr" || value.key() == "altname" || value.key() == kHostsKey;
      const std::string member = is_of_set ? before.value_or(after.value_or("")) : "";
      const auto [at, is_new] =
          places_.try_emplace({node, interface, value.key(), member}, values_.size());
      if (is_new) {
        values_.push_back({node, interface, value.key(), before, after});
      } else if (after || !is_whole(value.key())) {
        values_[at->second].after = after;
      } else if (!values_[at->second].before) {
        values_[at->second].before = before;  // a new key comes before the old one goes
      }
    }
  }

  std::vector<GroupValue> take() && {
    std::erase_if(values_, [](const GroupValue& value) { return value.before == value.after; });
    return std::move(values_);
  }

 private:
  std::map<std::tuple<std::string, std::string, std::string, std::string>, std::size_t> places_;
  std::vector<GroupValue> values_;
};

// Of the values that make the whole: all come, all go, or it stays.
GroupKind kind_of(const std::vector<GroupValue>& values) {
  bool comes = false;
  bool goes = false;
  bool stays = false;
  for (const GroupValue& value : values) {
    if (!is_whole(value.key)) { continue; }
    (value.before && value.after ? stays : value.after ? comes : goes) = true;
  }
  if (stays || comes == goes) { return GroupKind::kChange; }
  return comes ? GroupKind::kAdd : GroupKind::kRemove;
}

// What is the same at both ends is said once.
std::vector<GroupValue> merge_ends(std::vector<GroupValue> values) {
  std::vector<GroupValue> merged;
  for (GroupValue& value : values) {
    const auto twin = std::ranges::find_if(merged, [&](const GroupValue& other) {
      return !other.node.empty() && other.node != value.node && other.key == value.key &&
             other.before == value.before && other.after == value.after &&
             other.interface.empty() == value.interface.empty();
    });
    if (twin == merged.end()) {
      merged.push_back(std::move(value));
    } else {
      twin->node.clear();
      twin->interface.clear();
    }
  }
  return merged;
}

NodeGroup node_group(const NodeChanges& node) {
  NodeGroup group{.node = node.node};
  bool removes_all = false;
  ValueList values;
  for (const proto::Change& change : node.changes->changes()) {
    if (change.of_agent()) {
      group.of_agent.push_back(change.text());
    } else if (change.peer().empty()) {
      values.put(node.node, change);
      // A whole group of interfaces goes. Lines of /etc/hosts have values, and no interface either.
      if (change.kind() == proto::Change::REMOVE && change.interface().empty() &&
          change.values().empty()) {
        removes_all = true;
      }
    }
  }
  group.values = std::move(values).take();
  group.kind = removes_all ? GroupKind::kRemove : kind_of(group.values);
  return group;
}

template <class Groups>
std::size_t count_of(const Groups& groups, GroupKind kind) {
  return static_cast<std::size_t>(
      std::ranges::count_if(groups, [&](const auto& group) { return group.kind == kind; }));
}

}  // namespace

std::size_t ChangeGroups::count_nodes(GroupKind kind) const { return count_of(nodes, kind); }
std::size_t ChangeGroups::count_links(GroupKind kind) const { return count_of(links, kind); }

ChangeGroups group_changes(std::span<const NodeChanges> nodes) {
  ChangeGroups groups;
  std::map<std::string, std::size_t> order;
  for (const NodeChanges& node : nodes) { order.emplace(node.node, order.size()); }
  using Place = std::pair<std::size_t, std::string>;
  const auto place = [&](const std::string& node) -> Place {
    const auto found = order.find(node);
    return {found == order.end() ? order.size() : found->second, node};
  };
  std::map<std::pair<Place, Place>, ValueList> links;
  std::set<std::string> gone;
  for (const NodeChanges& node : nodes) {
    if (!node.changes) { continue; }
    for (const proto::Change& change : node.changes->changes()) {
      if (change.peer().empty()) { continue; }
      const Place here = place(node.node);
      const Place there = place(change.peer());
      links[{std::min(here, there), std::max(here, there)}].put(node.node, change);
    }
    NodeGroup group = node_group(node);
    const bool goes = group.kind == GroupKind::kRemove;
    if (goes) { gone.insert(node.node); }
    // What an older agent does to the node comes without values.
    const bool is_untold =
        std::ranges::any_of(node.changes->changes(), [](const proto::Change& change) {
          return change.peer().empty() && !change.of_agent() && change.values().empty();
        });
    group.only_stored = node.changes->stored_state_changes() && node.changes->changes().empty();
    if (group.only_stored || !group.values.empty() || !group.of_agent.empty() || goes ||
        is_untold) {
      groups.nodes.push_back(std::move(group));
    }
  }
  for (auto& [ends, values] : links) {
    LinkGroup link{.a = ends.first.second, .b = ends.second.second};
    link.values = merge_ends(std::move(values).take());
    link.kind =
        gone.contains(link.a) || gone.contains(link.b) ? GroupKind::kRemove : kind_of(link.values);
    if (!link.values.empty() || link.kind == GroupKind::kRemove) {
      groups.links.push_back(std::move(link));
    }
  }
  return groups;
}

}  // namespace wgmesh
