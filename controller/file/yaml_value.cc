#include "controller/file/yaml_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <utility>

#include "common/nearest.h"
#include "controller/text/messages.h"
#include "controller/text/printable.h"

namespace wgmesh {
namespace {

using Kind = YamlNode::Kind;
using Json = nlohmann::ordered_json;

constexpr std::size_t kMostShown = 60;  // columns

bool is_boolean(const YamlNode& node) {
  return node.kind == Kind::kPlain && (node.text == "true" || node.text == "false");
}

bool is_decimal(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos &&
         (text == "0" || text.front() != '0');
}

std::string found(const YamlNode& node) {
  switch (node.kind) {
    case Kind::kNull:
      return "nothing";
    case Kind::kList:
      return "a list";
    case Kind::kMap:
      return "a map";
    case Kind::kPlain:
    case Kind::kQuoted:
      break;
  }
  return fmt::format("\"{}\"", shown(node.text));
}

// Why something that looks like a number is none; empty for what does not.
std::string number_hint(const YamlNode& node) {
  const std::string& text = node.text;
  if (node.kind == Kind::kQuoted && is_decimal(text)) { return "; a number stands without quotes"; }
  if (node.kind != Kind::kPlain) { return {}; }
  if (text.starts_with("0x") || text.starts_with("0X")) {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto result = std::from_chars(text.data() + 2, end, value, 16);
    if (result.ec == std::errc() && result.ptr == end && text.size() > 2) {
      return fmt::format("; in decimal that is {}", value);
    }
  }
  if (text.starts_with('0') && text.find_first_not_of("0123456789") == text.npos && text != "0") {
    return "; a number has no leading zeros";
  }
  return {};
}

constexpr std::string_view kInvisibleHint =
    "; the character whose code is shown is no blank, and nobody can see it: type it anew";

// printable() shows them by their code.
bool has_invisible(std::string_view text) {
  constexpr std::string_view kCode = "\\u";
  return text.find(kCode) == text.npos && printable(text).find(kCode) != std::string::npos;
}

std::string_view invisible_hint(std::string_view text) {
  return has_invisible(text) ? kInvisibleHint : std::string_view();
}

Json number_or_text(const Value& value) {
  const std::string& text = value.node->text;
  if (text == "true") { return true; }
  if (text == "false") { return false; }
  if (text.front() != '-' && (text.front() < '0' || text.front() > '9')) { return text; }
  if (!Json::accept(text)) {
    // JSON's own grammar (so 007 and 0x10 are text), or a number that no double can hold.
    if (text.find_first_not_of("0123456789+-.eE") == text.npos &&
        text.find_first_of("eE") != text.npos) {
      value.fault(say<"file-number-out-of-range">(shown(text)));
    }
    return text;
  }
  return Json::parse(text);
}

}  // namespace

std::string shown(std::string_view text) { return cut_to(printable(text), kMostShown); }

std::string join_path(std::string_view path, std::string_view key) {
  return path.empty() ? shown(key) : fmt::format("{}.{}", path, shown(key));
}

bool Value::is_text() const { return node->kind == Kind::kPlain || node->kind == Kind::kQuoted; }

void Value::expected(std::string_view what) const {
  fault(say<"file-value-unfit">(what, found(*node), invisible_hint(node->text)));
}

Value Value::item(std::size_t index) const {
  return {&node->items[index], fmt::format("{}[{}]", path, index), faults};
}

std::optional<std::string> read_text(const Value& value, std::string_view what) {
  if (is_boolean(*value.node)) {
    value.fault(say<"file-boolean-no-text">(what, value.node->text));
    return std::nullopt;
  }
  if (!value.is_text()) {
    value.expected(what);
    return std::nullopt;
  }
  return value.node->text;
}

std::optional<bool> read_boolean(const Value& value) {
  if (is_boolean(*value.node)) { return value.node->text == "true"; }
  value.expected("true or false");
  return std::nullopt;
}

std::optional<std::uint64_t> read_number(const Value& value, std::string_view what,
                                         std::uint64_t least, std::uint64_t most) {
  const std::string& text = value.node->text;
  if (value.node->kind == Kind::kPlain && is_decimal(text)) {
    std::uint64_t number = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
    if (result.ec == std::errc() && number >= least && number <= most) { return number; }
  }
  value.fault(
      say<"file-number-unfit">(what, least, most, found(*value.node), number_hint(*value.node)));
  return std::nullopt;
}

std::vector<Value> read_list(const Value& value, std::string_view what, bool or_one) {
  std::vector<Value> items;
  if (value.node->kind == Kind::kList) {
    for (std::size_t i = 0; i < value.node->items.size(); ++i) { items.push_back(value.item(i)); }
  } else if (or_one) {
    items.push_back(value);
  } else {
    value.expected(what);
  }
  return items;
}

Json read_data(const Value& value) {
  switch (value.node->kind) {
    case Kind::kNull:
      return nullptr;
    case Kind::kPlain:
      return number_or_text(value);
    case Kind::kQuoted:
      return value.node->text;
    case Kind::kList: {
      Json list = Json::array();
      for (std::size_t i = 0; i < value.node->items.size(); ++i) {
        list.push_back(read_data(value.item(i)));
      }
      return list;
    }
    case Kind::kMap:
      break;
  }
  Json map = Json::object();
  // Keys are unique already; the map's own insertion would search all earlier ones for each.
  auto& members = map.get_ref<Json::object_t&>();
  for (const YamlMember* member : unique_members(value)) {
    members.emplace_back(
        member->key, read_data({&member->value, join_path(value.path, member->key), value.faults}));
  }
  return map;
}

std::vector<const YamlMember*> unique_members(const Value& map) {
  std::vector<const YamlMember*> members;
  std::unordered_map<std::string_view, Place> seen;
  for (const YamlMember& member : map.node->members) {
    const auto [first, is_new] = seen.emplace(member.key, member.place);
    if (is_new) {
      members.push_back(&member);
    } else {
      map.faults->add(member.place, join_path(map.path, member.key),
                      say<"file-key-twice">(first->second.line, first->second.column));
    }
  }
  return members;
}

MapReader::MapReader(const Value& map, std::string_view what, std::span<const std::string> known,
                     std::span<const Elsewhere> elsewhere)
    : map_(map), place_(map.node->place) {
  if (map.node->kind != Kind::kMap) {
    map.expected(what);
    return;
  }
  const auto has = [](std::span<const std::string> keys, const std::string& key) {
    return std::ranges::find(keys, key) != keys.end();
  };
  for (const YamlMember* member : unique_members(map)) {
    if (has(known, member->key) || member->key.starts_with("x-")) { continue; }
    std::string hint;
    if (has_invisible(member->key)) {
      hint = kInvisibleHint;
    } else if (const auto nearest = find_nearest(member->key, known);
               nearest && std::ranges::none_of(elsewhere, [&](const auto& other) {
                 return has(other.keys, member->key);
               })) {
      hint = fmt::format("; did you mean {}?", *nearest);
    } else {
      for (const Elsewhere& other : elsewhere) {
        if (has(other.keys, member->key)) {
          hint += fmt::format(" here; it is a key {}", other.where);
        }
      }
      if (hint.empty()) { hint = fmt::format("; known here: {}", fmt::join(known, ", ")); }
    }
    map.faults->add(member->place, join_path(map.path, member->key), say<"file-key-unknown">(hint));
  }
}

std::optional<Value> MapReader::find(std::string_view key) const {
  for (const YamlMember& member : map_.node->members) {
    if (member.key == key) { return Value{&member.value, join_path(map_.path, key), map_.faults}; }
  }
  return std::nullopt;
}

std::optional<Value> MapReader::require(std::string_view key, std::string_view what) const {
  auto value = find(key);
  if (!value && map_.node->kind == Kind::kMap) {
    map_.faults->add(place_, join_path(map_.path, key), say<"file-key-missing">(what));
  }
  return value;
}

}  // namespace wgmesh
