#include "controller/show/render_changes.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

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

// An agent that tells no kind changes what there is.
const Look& look_of(const proto::Change& change) {
  static constexpr Look kAdd{'+', "add", "\x1b[32m"};
  static constexpr Look kChange{'~', "change", "\x1b[33m"};
  static constexpr Look kRemove{'-', "remove", "\x1b[31m"};
  switch (change.kind()) {
    case proto::Change::ADD:
      return kAdd;
    case proto::Change::REMOVE:
      return kRemove;
    default:
      return kChange;
  }
}

bool changes_anything(const NodeChanges& node) {
  return node.changes && has_changes(*node.changes);
}

std::string change_text(const proto::Change& change, bool color) {
  const Look& look = look_of(change);
  const std::string line = fmt::format("{} {}{}", look.sign, printable(change.text()),
                                       change.at_commit() ? "  (when every node has applied)" : "");
  return color ? fmt::format("  {}{}\x1b[0m\n", look.color, line) : fmt::format("  {}\n", line);
}

std::string node_text(const NodeChanges& node, bool color) {
  std::string head = printable(node.node);
  if (color) { head = fmt::format("\x1b[1m{}\x1b[0m", head); }
  if (!node.changes) {
    return fmt::format("{}: unreachable: {}\n", head, printable(node.unreachable));
  }
  if (!changes_anything(node)) { return fmt::format("{}: no changes\n", head); }
  const auto count = static_cast<std::size_t>(node.changes->changes_size());
  if (count == 0) { return fmt::format("{}: only what is stored there changes\n", head); }
  std::string out = fmt::format("{}: {}\n", head, counted(count, "change"));
  for (const proto::Change& change : node.changes->changes()) { out += change_text(change, color); }
  return out;
}

std::string totals_text(std::span<const NodeChanges> nodes) {
  std::map<char, std::size_t> counts;  // by sign
  std::size_t changing = 0;
  std::size_t unreachable = 0;
  for (const NodeChanges& node : nodes) {
    changing += changes_anything(node) ? 1 : 0;
    unreachable += node.changes ? 0 : 1;
    if (!node.changes) { continue; }
    for (const proto::Change& change : node.changes->changes()) { ++counts[look_of(change).sign]; }
  }
  const std::string unknown =
      unreachable > 0 ? fmt::format("; {} unreachable", counted(unreachable, "node")) : "";
  if (changing == 0) {
    return fmt::format("No changes on {}{}.\n", counted(nodes.size() - unreachable, "node"),
                       unknown);
  }
  return fmt::format("Plan: {} to add, {} to change, {} to remove on {} of {}{}.\n", counts['+'],
                     counts['~'], counts['-'], changing, counted(nodes.size(), "node"), unknown);
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
  return std::any_of(nodes.begin(), nodes.end(), changes_anything);
}

std::string render_changes(std::span<const NodeChanges> nodes, bool color) {
  std::string out;
  for (const NodeChanges& node : nodes) { out += node_text(node, color); }
  return out + (out.empty() ? "" : "\n") + totals_text(nodes);
}

std::string render_changes_json(std::span<const NodeChanges> nodes) {
  Json document = {
      {"format_version", 1}, {"changes", any_changes(nodes)}, {"nodes", Json::object()}};
  for (const NodeChanges& node : nodes) {
    Json& entry = document["nodes"][node.node] = Json::object();
    if (!node.changes) {
      entry["unreachable"] = node.unreachable;
      continue;
    }
    entry["stored_state_changes"] = node.changes->stored_state_changes();
    entry["changes"] = Json::array();
    for (const proto::Change& change : node.changes->changes()) {
      Json& told = entry["changes"].emplace_back(Json{{"kind", look_of(change).word},
                                                      {"operation", change.text()},
                                                      {"at_commit", change.at_commit()}});
      if (!change.interface().empty()) { told["interface"] = change.interface(); }
      if (!change.peer().empty()) { told["peer"] = change.peer(); }
    }
  }
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
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

std::string render_summary_json(const Summary& summary) {
  Json document = {{"format_version", 1},
                   {"command", summary.verb},
                   {"changed", summary.changed},
                   {"unchanged", summary.unchanged},
                   {"skipped", summary.skipped}};
  if (!summary.is_down) {
    document["stay_down"] = summary.stay_down;
    document["pairs"] = summary.pairs;
    document["forwarding"] = forwarding_word(summary.forwarding);
  }
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace wgmesh
