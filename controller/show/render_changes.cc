#include "controller/show/render_changes.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/change_counts.h"
#include "controller/show/change_groups.h"
#include "controller/text/enumeration.h"
#include "controller/text/printable.h"

namespace wgmesh {
namespace {

using Json = nlohmann::ordered_json;

struct Look {
  char sign;
  std::string_view word;  // in JSON
  std::string_view color;
};

const Look& look_of(GroupKind kind) {
  static constexpr Look kAdd{'+', "add", "\x1b[32m"};
  static constexpr Look kChange{'~', "change", "\x1b[33m"};
  static constexpr Look kRemove{'-', "remove", "\x1b[31m"};
  switch (kind) {
    case GroupKind::kAdd:
      return kAdd;
    case GroupKind::kChange:
      return kChange;
    case GroupKind::kRemove:
      return kRemove;
  }
  return kChange;
}

// An agent that tells no kind changes what there is.
GroupKind kind_of(const proto::Change& change) {
  switch (change.kind()) {
    case proto::Change::ADD:
      return GroupKind::kAdd;
    case proto::Change::REMOVE:
      return GroupKind::kRemove;
    default:
      return GroupKind::kChange;
  }
}

bool changes_anything(const NodeChanges& node) {
  return node.changes && has_changes(*node.changes);
}

std::string line_of(GroupKind kind, const std::string& text, bool color, int indent = 0) {
  const Look& look = look_of(kind);
  const std::string line = fmt::format("{:{}}{} {}", "", indent, look.sign, printable(text));
  return color ? fmt::format("{}{}\x1b[0m\n", look.color, line) : line + '\n';
}

// As people say it.
std::string key_words(std::string key) {
  if (key == "persistent_keepalive") { return "keepalive"; }
  std::ranges::replace(key, '_', ' ');
  return key;
}

std::string value_words(const GroupValue& value) {
  const std::string key = key_words(value.key);
  if (!value.before) { return fmt::format("{} {} added", key, value.after.value_or("")); }
  if (!value.after) { return fmt::format("{} {} removed", key, *value.before); }
  return fmt::format("{} {} → {}", key, *value.before, *value.after);
}

// What tells a new node from another: the rest follows from the mesh file.
std::string new_value_words(const GroupValue& value) {
  static constexpr std::array kTold{"addr", "prio", "mtu", "listen_port", "fwmark", "private_key"};
  if (std::ranges::find(kTold, value.key) == kTold.end() || !value.after) { return {}; }
  return key_words(value.key) + ' ' + *value.after;
}

// "/etc/hosts fd00::5 n4 n4.test added"; of many lines only how many. Empty: none comes or goes.
std::string hosts_words(const NodeGroup& group) {
  constexpr std::size_t kMostTold = 2;
  std::vector<std::string> words;
  std::size_t added = 0;
  std::size_t removed = 0;
  for (const GroupValue& value : group.values) {
    if (value.key != kHostsKey) { continue; }
    ++(value.after ? added : removed);
    words.push_back(value.after ? *value.after + " added" : value.before.value_or("") + " removed");
  }
  if (words.size() > kMostTold) {
    words.clear();
    if (added > 0) { words.push_back(counted(added, "line") + " added"); }
    if (removed > 0) { words.push_back(counted(removed, "line") + " removed"); }
  }
  return words.empty() ? std::string() : fmt::format("/etc/hosts {}", fmt::join(words, ", "));
}

// "br-test prio 4096 → 100; wg-test listen port 51820 → 51821".
std::string node_words(const NodeGroup& group) {
  std::vector<std::string> parts;
  std::string interface;
  for (const GroupValue& value : group.values) {
    if (value.key == kHostsKey) { continue; }
    const std::string words =
        group.kind == GroupKind::kAdd ? new_value_words(value) : value_words(value);
    if (words.empty()) { continue; }
    if (parts.empty() || value.interface != interface) {
      parts.push_back(value.interface + ' ' + words);
      interface = value.interface;
    } else {
      parts.back() += ", " + words;
    }
  }
  if (std::string words = hosts_words(group); !words.empty() && group.kind != GroupKind::kAdd) {
    parts.push_back(std::move(words));
  }
  if (group.only_stored) { parts.emplace_back("only what is stored there changes"); }
  parts.insert(parts.end(), group.of_agent.begin(), group.of_agent.end());
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string node_line(const NodeGroup& group, bool color) {
  const std::string words = group.kind == GroupKind::kRemove ? std::string() : node_words(group);
  return line_of(group.kind,
                 fmt::format("node {}{}{}", group.node, words.empty() ? "" : ": ", words), color);
}

std::string link_line(const LinkGroup& group, bool color) {
  std::string text = fmt::format("link {}–{}", group.a, group.b);
  if (group.kind == GroupKind::kChange) {
    std::vector<std::string> parts;
    for (const GroupValue& value : group.values) {
      parts.push_back(value_words(value) + (value.node.empty() ? "" : " on " + value.node));
    }
    if (!parts.empty()) { text += fmt::format(": {}", fmt::join(parts, ", ")); }
  }
  return line_of(group.kind, text, color);
}

std::string operations_text(const NodeChanges& node, bool color) {
  if (!node.changes || node.changes->changes().empty()) { return {}; }
  std::string out = fmt::format("\n{}:\n", printable(node.node));
  for (const proto::Change& change : node.changes->changes()) {
    out += line_of(kind_of(change),
                   change.text() + (change.at_commit() ? "  (when every node has applied)" : ""),
                   color, 2);
  }
  return out;
}

// "1 node, 3 links to add"; empty for none.
std::string count_words(const ChangeGroups& groups, GroupKind kind, std::string_view verb) {
  std::vector<std::string> parts;
  if (const std::size_t count = groups.count_nodes(kind)) {
    parts.push_back(counted(count, "node"));
  }
  if (const std::size_t count = groups.count_links(kind)) {
    parts.push_back(counted(count, "link"));
  }
  return parts.empty() ? std::string() : fmt::format("{} to {}", fmt::join(parts, ", "), verb);
}

std::string totals_text(std::span<const NodeChanges> nodes, const ChangeGroups& groups) {
  const auto unreachable = static_cast<std::size_t>(
      std::ranges::count_if(nodes, [](const NodeChanges& node) { return !node.changes; }));
  const std::string unknown =
      unreachable > 0 ? fmt::format("; {} unreachable", counted(unreachable, "node")) : "";
  if (!any_changes(nodes)) {
    return fmt::format("No changes on {}{}.\n", counted(nodes.size() - unreachable, "node"),
                       unknown);
  }
  std::vector<std::string> parts;
  for (const auto& [kind, verb] : {std::pair(GroupKind::kAdd, "add"),
                                   {GroupKind::kChange, "change"},
                                   {GroupKind::kRemove, "remove"}}) {
    if (std::string words = count_words(groups, kind, verb); !words.empty()) {
      parts.push_back(std::move(words));
    }
  }
  return fmt::format("Plan: {}{}.\n", fmt::join(parts, "; "), unknown);
}

Json value_json(const std::string& key, const Json& before, const Json& after) {
  return {{"key", key}, {"old", before}, {"new", after}};
}

Json value_json(const proto::Value& value) {
  return value_json(value.key(), value.has_before() ? Json(value.before()) : Json(),
                    value.has_after() ? Json(value.after()) : Json());
}

Json value_json(const GroupValue& value) {
  Json out = value_json(value.key, value.before ? Json(*value.before) : Json(),
                        value.after ? Json(*value.after) : Json());
  if (!value.node.empty()) { out["node"] = value.node; }
  if (!value.interface.empty()) { out["interface"] = value.interface; }
  return out;
}

Json change_json(const std::string& node, const proto::Change& change) {
  Json told = {{"kind", look_of(kind_of(change)).word},
               {"operation", change.text()},
               {"at_commit", change.at_commit()}};
  if (!change.interface().empty()) { told["interface"] = change.interface(); }
  if (!change.peer().empty()) {
    told["peer"] = change.peer();
    told["link"] = {node, change.peer()};
  }
  if (!change.values().empty()) {
    told["values"] = Json::array();
    for (const proto::Value& value : change.values()) {
      told["values"].push_back(value_json(value));
    }
  }
  return told;
}

Json counts_json(const ChangeGroups& groups, std::size_t (ChangeGroups::*count)(GroupKind) const) {
  return {{"add", (groups.*count)(GroupKind::kAdd)},
          {"change", (groups.*count)(GroupKind::kChange)},
          {"remove", (groups.*count)(GroupKind::kRemove)}};
}

std::string_view forwarding_word(Forwarding forwarding) {
  switch (forwarding) {
    case Forwarding::kUnknown:
      return "unknown";
    case Forwarding::kNotWaited:
      return "not_waited";
    case Forwarding::kAll:
      return "all";
    case Forwarding::kNotAll:
      return "not_all";
  }
  return {};
}

std::string forwarding_text(const Summary& summary) {
  switch (summary.forwarding) {
    case Forwarding::kUnknown:
      return {};
    case Forwarding::kNotWaited:
      return ", not waited until it forwards";
    case Forwarding::kAll:
      return summary.pairs == 1 ? ", the pair forwards"
                                : fmt::format(", all {} pairs forward", summary.pairs);
    case Forwarding::kNotAll:
      return fmt::format(", not all of {} forward", counted(summary.pairs, "pair"));
  }
  return {};
}

}  // namespace

bool any_changes(std::span<const NodeChanges> nodes) {
  return std::ranges::any_of(nodes, changes_anything);
}

std::string render_changes(std::span<const NodeChanges> nodes, bool color, bool with_operations) {
  const ChangeGroups groups = group_changes(nodes);
  std::string out;
  for (const NodeGroup& group : groups.nodes) { out += node_line(group, color); }
  for (const LinkGroup& group : groups.links) { out += link_line(group, color); }
  for (const NodeChanges& node : nodes) {
    if (!node.changes) {
      out += fmt::format("? node {}: unreachable: {}\n", printable(node.node),
                         printable(node.unreachable));
    }
  }
  if (with_operations) {
    for (const NodeChanges& node : nodes) { out += operations_text(node, color); }
  }
  return out + (out.empty() ? "" : "\n") + totals_text(nodes, groups);
}

Json changes_json(std::span<const NodeChanges> nodes) {
  const ChangeGroups groups = group_changes(nodes);
  Json document = {{"changes", any_changes(nodes)}, {"nodes", Json::object()}};
  for (const NodeChanges& node : nodes) {
    Json& entry = document["nodes"][node.node] = Json::object();
    if (!node.changes) {
      entry["unreachable"] = node.unreachable;
      continue;
    }
    entry["stored_state_changes"] = node.changes->stored_state_changes();
    entry["changes"] = Json::array();
    for (const proto::Change& change : node.changes->changes()) {
      entry["changes"].push_back(change_json(node.node, change));
    }
  }
  for (const NodeGroup& group : groups.nodes) {
    document["nodes"][group.node]["kind"] = look_of(group.kind).word;
    Json& values = document["nodes"][group.node]["values"] = Json::array();
    for (const GroupValue& value : group.values) { values.push_back(value_json(value)); }
  }
  document["links"] = Json::array();
  for (const LinkGroup& group : groups.links) {
    Json& link = document["links"].emplace_back(Json{{"link", {group.a, group.b}},
                                                     {"kind", look_of(group.kind).word},
                                                     {"values", Json::array()}});
    for (const GroupValue& value : group.values) { link["values"].push_back(value_json(value)); }
  }
  document["totals"] = {{"nodes", counts_json(groups, &ChangeGroups::count_nodes)},
                        {"links", counts_json(groups, &ChangeGroups::count_links)}};
  return document;
}

std::string render_summary(const Summary& summary) {
  const std::size_t nodes = summary.changed + summary.unchanged + summary.skipped.size();
  std::vector<std::string> parts;
  const bool down = summary.is_down;
  const auto put = [&parts](std::size_t count, std::string_view what) {
    if (count > 0) { parts.push_back(fmt::format("{} {}", count, what)); }
  };
  put(summary.changed, !down ? "changed" : summary.removed ? "removed" : "taken down");
  put(summary.unchanged, !down ? "unchanged" : summary.removed ? "had nothing" : "already down");
  if (!summary.skipped.empty()) {
    parts.push_back(printable(
        fmt::format("{} skipped ({})", summary.skipped.size(), fmt::join(summary.skipped, ", "))));
  }
  if (!summary.stay_down.empty()) {
    parts.push_back(printable(fmt::format("{} of them {} down ({})", summary.stay_down.size(),
                                          summary.stay_down.size() == 1 ? "stays" : "stay",
                                          enumerated(summary.stay_down))));
  }
  return fmt::format("{}: {}{}\n", counted(nodes, "node"), fmt::join(parts, ", "),
                     forwarding_text(summary));
}

Json summary_json(const Summary& summary) {
  Json document = {
      {"changed", summary.changed}, {"unchanged", summary.unchanged}, {"skipped", summary.skipped}};
  if (!summary.is_down) {
    document["stay_down"] = summary.stay_down;
    document["pairs"] = summary.pairs;
    document["forwarding"] = forwarding_word(summary.forwarding);
  }
  return document;
}

}  // namespace wgmesh
