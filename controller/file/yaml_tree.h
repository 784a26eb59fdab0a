// A YAML or JSON text as a tree of what was written, with its places: in file order, duplicate keys
// kept, scalars as text, not yet as numbers or booleans. The only user of yaml-cpp. Knows nothing
// of meshes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/file/fault.h"
#include "controller/file/source_text.h"

namespace wgmesh {

struct YamlMember;

struct YamlNode {
  // Plain: without quotes, so it may mean a number or a boolean. Quoted: text, whatever it looks
  // like.
  enum class Kind : std::uint8_t { kNull, kPlain, kQuoted, kList, kMap };

  Kind kind = Kind::kNull;
  Place place;
  std::string text;                 // of a scalar
  std::vector<YamlNode> items;      // of a list
  std::vector<YamlMember> members;  // of a map
};

struct YamlMember {
  std::string key;
  Place place;  // of the key
  YamlNode value;
};

// kYaml takes JSON too. kJson takes nothing else.
enum class Syntax : std::uint8_t { kYaml, kJson };

inline constexpr std::size_t kMaxYamlText = 4u << 20;  // octets
inline constexpr std::size_t kMaxYamlNodes = 250'000;  // with what aliases repeat
inline constexpr std::size_t kMaxYamlNesting = 64;
// Octets. yaml-cpp takes 1024 as written; what was read is still below that with every octet
// escaped.
inline constexpr std::size_t kMaxYamlKey = 128;

// How many values are in it, keys and itself included.
std::size_t count_values(const YamlNode& node);

// One document, in which merge keys (`<<`) are resolved as YAML 1.1 has them; an empty text is a
// null. Throws SyntaxError.
YamlNode read_yaml_tree(std::string_view text, Syntax syntax);

}  // namespace wgmesh
