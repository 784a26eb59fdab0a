// Manual pages are written in scdoc, in docs/man. Their sections COMMANDS, OPTIONS and EXIT STATUS are made of a
// program's table. With WGMESH_WRITE_DOCS=1 a test writes a section, otherwise the test fails where the section is not
// what the table says.
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "common/command_table.h"
#include "common/help_text.h"

namespace wgmesh {

// Text as scdoc takes it: `words` in bold, and nothing else has a meaning.
inline std::string as_scdoc(std::string_view text) {
  std::string out;
  for (const char letter : text) {
    if (letter == '`') {
      out += '*';
    } else if (letter == '\n') {
      out += ' ';
    } else {
      if (letter == '*' || letter == '_' || letter == '\\') { out += '\\'; }
      out += letter;
    }
  }
  return out;
}

// … at the beginning of a line, where a list or a table could begin.
inline std::string as_scdoc_line(std::string_view text) {
  const bool begins_something = text.starts_with('-') || text.starts_with('[');
  return (begins_something ? "\\" : "") + as_scdoc(text);
}

inline std::string bold(std::string_view text) { return fmt::format("*{}*", as_scdoc(text)); }

// A sentence of its own.
inline std::string as_sentence(std::string_view help) {
  std::string text(help);
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return as_scdoc_line(text) + '.';
}

// Of all commands in the set, in bold: "*up*, *down*".
inline std::string commands_in(const CommandTable& table, CommandSet set) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < table.commands.size(); ++i) {
    if (has(set, i)) { names.push_back(bold(table.commands[i].name)); }
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

inline std::string man_commands(const CommandTable& table) {
  std::string text;
  for (const CommandRow& command : table.commands) {
    text += fmt::format("\n{}{}{}\n", bold(command.name), command.arguments.empty() ? "" : " ",
                        as_scdoc(command.arguments));
    std::string_view rest = command.description;
    for (bool is_first = true; !rest.empty(); is_first = false) {
      const std::size_t end = std::min(rest.find("\n\n"), rest.size());
      text += fmt::format("{}\t{}\n", is_first ? "" : "\n", as_scdoc_line(rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 2, rest.size()));
    }
  }
  return text;
}

// Commands that have the same forms stand together.
inline std::string man_forms(const CommandTable& table) {
  std::string text;
  std::vector<std::string_view> told = {""};
  for (const CommandRow& command : table.commands) {
    if (std::ranges::count(told, command.forms) > 0) { continue; }
    told.push_back(command.forms);
    CommandSet set = 0;
    for (std::size_t i = 0; i < table.commands.size(); ++i) {
      if (table.commands[i].forms == command.forms) { set |= CommandSet{1} << i; }
    }
    text += fmt::format(" Of {}: {}.", commands_in(table, set),
                        as_scdoc(alternatives(words_of(command.forms))));
  }
  return text;
}

inline std::string man_options(const CommandTable& table) {
  std::string text;
  for (const OptionRow& option : table.options) {
    std::string label = bold(fmt::format("--{}", option.name));
    if (option.letter != '\0') { label = fmt::format("*-{}*, {}", option.letter, label); }
    if (!option.value.empty()) { label += fmt::format(" _{}_", option.value); }
    text += fmt::format("\n{}\n\t{}", label, as_sentence(option.help));
    if (option.kind == ValueKind::kForm) {
      text += man_forms(table);
    } else if (option.commands != kEveryCommand) {
      text += fmt::format(" Goes with {}.", commands_in(table, option.commands));
    }
    text += '\n';
  }
  return text;
}

inline std::string man_exits(const CommandTable& table) {
  std::string text;
  for (const ExitRow& row : table.exits) {
    text += fmt::format("\n*{}*\n\t{}\n", row.code, as_sentence(row.meaning));
  }
  return text;
}

inline std::string text_of_page(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

// `section`: between the line "# SECTION" and the next heading.
inline void expect_section(const std::string& path, const std::string& section,
                           const std::string& wanted) {
  std::string text = text_of_page(path);
  std::size_t begin = text.find("\n# " + section + '\n');
  ASSERT_NE(begin, std::string::npos) << path << " has no section " << section;
  begin += section.size() + 4;
  const std::size_t end = std::min(text.find("\n# ", begin), text.size());
  if (std::getenv("WGMESH_WRITE_DOCS") != nullptr) {
    text.replace(begin, end - begin, wanted);
    std::ofstream(path) << text;
  } else {
    EXPECT_EQ(text.substr(begin, end - begin), wanted)
        << "WGMESH_WRITE_DOCS=1 on this test's program writes " << path;
  }
}

inline void expect_sections_of(const CommandTable& table, const std::string& path) {
  expect_section(path, "COMMANDS", man_commands(table));
  expect_section(path, "OPTIONS", man_options(table));
}

}  // namespace wgmesh
