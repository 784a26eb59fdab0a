// Values of a mesh file, read strictly: each function returns what it was asked for, or adds a
// fault that says what was expected there and returns nothing. Knows types and ranges, but no key's
// meaning.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "controller/file/fault.h"
#include "controller/file/yaml_tree.h"

namespace wgmesh {

// A value, the path of keys that leads to it, and where its faults go.
struct Value {
  const YamlNode* node;
  std::string path;
  FaultList* faults;

  bool is_text() const;
  void fault(Said said) const { faults->add(node->place, path, std::move(said)); }
  // expected a port number 1..65535, found "x"
  void expected(std::string_view what) const;
  Value item(std::size_t index) const;  // of a list
};

// A scalar's own text: plain or quoted, but not a plain `true` or `false`. Plain numbers are taken
// as they stand, so a node may be called 1 without quotes.
std::optional<std::string> read_text(const Value& value, std::string_view what);
// Plain `true` or `false`, and nothing else that YAML 1.1 took for a boolean.
std::optional<bool> read_boolean(const Value& value);
// A plain decimal number: no sign, no base, no leading zero.
std::optional<std::uint64_t> read_number(const Value& value, std::string_view what,
                                         std::uint64_t least, std::uint64_t most);
// A list, item by item; with `or_one`, something else is a list of that one.
std::vector<Value> read_list(const Value& value, std::string_view what, bool or_one = false);
// Any data. Plain scalars that are JSON numbers or literals are that, all others are strings.
nlohmann::ordered_json read_data(const Value& value);

// What is written in a value or key, shortened and safe to print.
std::string shown(std::string_view text);

// A map whose keys are known beforehand.
class MapReader {
 public:
  // Reports a value that is no map, keys that are not in `known`, and keys given twice. Keys that
  // begin with x- are the user's: YAML anchors want a place. `elsewhere` are keys that other maps
  // know, and where: { "prio", "of a node" }.
  struct Elsewhere {
    std::span<const std::string> keys;
    std::string_view where;
  };
  MapReader(const Value& map, std::string_view what, std::span<const std::string> known,
            std::span<const Elsewhere> elsewhere = {});

  std::optional<Value> find(std::string_view key) const;
  // Adds a fault when it is missing.
  std::optional<Value> require(std::string_view key, std::string_view what) const;
  Value self() const { return map_; }
  // The place that a missing key is reported at: the map's, or its own key's.
  void report_missing_at(Place place) { place_ = place; }

 private:
  Value map_;
  Place place_;
};

// The members of a map in file order, without those whose key came before; those are faults.
std::vector<const YamlMember*> unique_members(const Value& map);
// "nodes" and "mesh1" to "nodes.mesh1".
std::string join_path(std::string_view path, std::string_view key);

}  // namespace wgmesh
