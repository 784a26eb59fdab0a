#include "common/help_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <vector>

namespace wgmesh {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kHelpColumn = 26;  // of the texts beside options

std::size_t index_of(const CommandTable& table, const CommandRow& command) {
  return static_cast<std::size_t>(&command - table.commands.data());
}

bool goes_with_most(const CommandTable& table, const OptionRow& option) {
  const CommandSet known = (CommandSet{1} << table.commands.size()) - 1;
  return 2 * static_cast<std::size_t>(std::popcount(option.commands & known)) >
         table.commands.size();
}

std::string option_lines(const OptionRow& option, const CommandRow* command) {
  std::string text = "  " + label_of(option, "    ");
  if (text.size() + 1 > kHelpColumn) { text += '\n'; }
  const std::size_t column = text.ends_with('\n') ? 0 : text.size();
  text += std::string(kHelpColumn - column, ' ');
  return text + wrapped(help_of(option, command), kHelpColumn, kHelpColumn) + '\n';
}

std::string exit_lines(const CommandTable& table) {
  std::vector<std::string> codes;
  for (const ExitRow& row : table.exits) {
    codes.push_back(fmt::format("{} {}", row.code, row.meaning));
  }
  return wrapped(fmt::format("exit codes: {}", fmt::join(codes, "; ")), 0, 2) + "\n";
}

std::string paragraphs(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    lines += wrapped(text.substr(0, end), 0, 0) + "\n\n";
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return lines;
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t first_column, std::size_t indent) {
  std::string lines;
  std::size_t column = first_column;
  std::string flat(text);
  std::ranges::replace(flat, '\n', ' ');
  bool is_first = true;
  for (const std::string& word : words_of(flat)) {
    if (!is_first && column + 1 + word.size() > kColumns) {
      lines += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (!is_first) {
      lines += ' ';
      ++column;
    }
    lines += word;
    column += word.size();
    is_first = false;
  }
  return lines;
}

std::string label_of(const OptionRow& option, std::string_view no_letter) {
  return fmt::format(
      "{}--{}{}{}",
      option.letter == '\0' ? std::string(no_letter) : fmt::format("-{}, ", option.letter),
      option.name, option.value.empty() ? "" : " ", option.value);
}

std::string help_of(const OptionRow& option, const CommandRow* command) {
  if (option.kind != ValueKind::kForm || command == nullptr) { return std::string(option.help); }
  return fmt::format("{}: {}", option.help, alternatives(words_of(command->forms)));
}

std::string synopsis_of(const CommandTable& table, const CommandRow& command) {
  const auto is_own = [&](const OptionRow& option) {
    return option.commands != kEveryCommand && has(option.commands, index_of(table, command));
  };
  return fmt::format("{} {}{}{}{}", table.program, command.name,
                     std::ranges::any_of(table.options, is_own) ? " [OPTION...]" : "",
                     command.arguments.empty() ? "" : " ", command.arguments);
}

std::string help_overview(const CommandTable& table) {
  std::string text = fmt::format("{}\n\nusage: {} [OPTION...] {}\n\ncommands:\n", table.purpose,
                                 table.program, table.arguments);
  std::size_t width = 0;
  for (const CommandRow& command : table.commands) { width = std::max(width, command.name.size()); }
  for (const CommandRow& command : table.commands) {
    text += fmt::format("  {:<{}}  {}\n", command.name, width,
                        wrapped(command.summary, width + 4, width + 4));
  }
  text += fmt::format("\nexamples:\n{}\n`{} COMMAND --help` lists a command's own options.\n\n",
                      table.examples, table.program);
  text += "options of most commands, before or after the command:\n";
  for (const OptionRow& option : table.options) {
    if (goes_with_most(table, option)) { text += option_lines(option, nullptr); }
  }
  return text + '\n' + exit_lines(table);
}

std::string help_of(const CommandTable& table, const CommandRow& command) {
  std::string text = fmt::format("usage: {}\n\n", synopsis_of(table, command));
  text += paragraphs(command.description);
  std::string own;
  std::string common;
  for (const OptionRow& option : table.options) {
    const bool is_common = option.commands == kEveryCommand;
    if (!has(option.commands, index_of(table, command))) { continue; }
    (is_common ? common : own) += option_lines(option, &command);
  }
  if (!own.empty()) { text += own + '\n'; }
  text += "options of every command:\n" + common;
  if (command.changes_nodes) { text += '\n' + exit_lines(table); }
  return text;
}

}  // namespace wgmesh
