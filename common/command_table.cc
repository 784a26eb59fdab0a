#include "common/command_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace wgmesh {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) { words.emplace_back(text.substr(0, end)); }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::string alternatives(std::span<const std::string> words) {
  if (words.size() < 2) { return words.empty() ? std::string() : words.front(); }
  return fmt::format("{} or {}", fmt::join(words.first(words.size() - 1), ", "), words.back());
}

const CommandRow* find_command(std::span<const CommandRow> commands, std::string_view name) {
  const auto found = std::ranges::find(commands, name, &CommandRow::name);
  return found == commands.end() ? nullptr : &*found;
}

const OptionRow* find_option(std::span<const OptionRow> options, std::string_view name) {
  const auto found = std::ranges::find(options, name, &OptionRow::name);
  return found == options.end() ? nullptr : &*found;
}

const OptionRow* find_option(std::span<const OptionRow> options, char letter) {
  if (letter == '\0') { return nullptr; }
  const auto found = std::ranges::find(options, letter, &OptionRow::letter);
  return found == options.end() ? nullptr : &*found;
}

std::vector<std::string> names_of(std::span<const CommandRow> commands) {
  std::vector<std::string> names;
  for (const CommandRow& command : commands) { names.emplace_back(command.name); }
  return names;
}

std::vector<std::string> names_of(std::span<const OptionRow> options) {
  std::vector<std::string> names;
  for (const OptionRow& option : options) { names.push_back(fmt::format("--{}", option.name)); }
  return names;
}

}  // namespace wgmesh
