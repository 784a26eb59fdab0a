// The files of other tools that `mesh init --from` reads: bounded, each fault with its place, and what is in a file
// that has nothing to do with a mesh is passed over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "controller/file/fault.h"
#include "controller/file/source_text.h"
#include "controller/file/yaml_tree.h"
#include "controller/mesh/mesh.h"

namespace wgmesh {

// Throws MeshFileFaults where it is not `syntax`, or more of it than anybody writes.
YamlNode read_foreign_tree(std::string_view text, const std::string& file, Syntax syntax);
// Throws MeshFileFaults for what is no text, or more of it than anybody writes.
void check_foreign_text(std::string_view text, const std::string& file);

// The value of a key; null where `map` is no map or has no such key.
const YamlNode* find_value(const YamlNode& map, std::string_view key);
// The same, at the end of a path of keys.
const YamlNode* find_value(const YamlNode& map, std::initializer_list<std::string_view> path);
// A scalar's text; empty for whatever else.
std::string text_in(const YamlNode* node);

// Of a text at a place; adds a fault and returns nothing if it is none.
std::optional<std::uint16_t> port_in(std::string_view text, Place place, const std::string& path,
                                     FaultList& faults);
std::optional<SshTarget> ssh_target_in(std::string_view text, Place place, const std::string& path,
                                       FaultList& faults);
// Of a command prefix.
std::optional<ExecTarget> exec_target_in(const std::string& command, Place place,
                                         const std::string& path, FaultList& faults);

// Throws MeshFileFaults if there are faults, or nodes too many or none; `what` says what a node is there.
void expect_nodes(std::size_t count, std::string_view what, FaultList& faults);

}  // namespace wgmesh
