// JSON values written as YAML for people: block style, lists of plain words in one line. A string
// that any YAML reader, 1.1 or 1.2, could take for something else is quoted, and so is each
// address, number-like text and key, whether this one needs it or not; so what is read back is what
// was put in. Knows no keys and no order but the one it is given.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace wgmesh {

// Ends with a newline. Octets that are not UTF-8 come out as U+FFFD.
std::string to_yaml(const nlohmann::ordered_json& value);

}  // namespace wgmesh
