#include "controller/init/foreign_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "common/limits.h"
#include "controller/file/yaml_value.h"
#include "controller/text/messages.h"
#include "controller/text/shell_words.h"

namespace wgmesh {

YamlNode read_foreign_tree(std::string_view text, const std::string& file, Syntax syntax) {
  return with_place(file, [&] { return read_yaml_tree(text, syntax); });
}

void check_foreign_text(std::string_view text, const std::string& file) {
  with_place(file, [&] {
    if (text.size() > kMaxYamlText) {
      throw SyntaxError({}, say<"file-too-long">(kMaxYamlText >> 20));
    }
    check_characters(text);
  });
}

const YamlNode* find_value(const YamlNode& map, std::string_view key) {
  const auto found = std::ranges::find(map.members, key, &YamlMember::key);
  return found == map.members.end() ? nullptr : &found->value;
}

const YamlNode* find_value(const YamlNode& map, std::initializer_list<std::string_view> path) {
  const YamlNode* node = &map;
  for (const std::string_view key : path) {
    node = find_value(*node, key);
    if (node == nullptr) { return nullptr; }
  }
  return node;
}

std::string text_in(const YamlNode* node) { return node == nullptr ? std::string() : node->text; }

std::optional<std::uint16_t> port_in(std::string_view text, Place place, const std::string& path,
                                     FaultList& faults) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, port);
  if (result.ec == std::errc() && result.ptr == end && port != 0) { return port; }
  faults.add(
      place, path,
      say<"file-number-unfit">("a port number", 1, 65535, fmt::format("\"{}\"", shown(text)), ""));
  return std::nullopt;
}

std::optional<SshTarget> ssh_target_in(std::string_view text, Place place, const std::string& path,
                                       FaultList& faults) {
  try {
    return parse_ssh_target(text);
  } catch (const Error& error) {
    faults.add(place, path, {error.id(), error.message(), error.cure()});
    return std::nullopt;
  }
}

std::optional<ExecTarget> exec_target_in(const std::string& command, Place place,
                                         const std::string& path, FaultList& faults) {
  try {
    return ExecTarget{split_words(command), command};
  } catch (const Error& error) {
    faults.add(place, path, {error.id(), error.message(), error.cure()});
    return std::nullopt;
  }
}

void expect_nodes(std::size_t count, std::string_view what, FaultList& faults) {
  faults.throw_if_any();
  if (count == 0) { faults.add({}, {}, say<"init-no-hosts">(what)); }
  if (count > kMaxNodes) { faults.add({}, {}, say<"file-node-count">(kMaxNodes, count)); }
  faults.throw_if_any();
}

}  // namespace wgmesh
