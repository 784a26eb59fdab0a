// The commands and the options of a program as rows. Parser, help, completion and manual pages are made of them, so
// what a row says holds in all of these. Knows no program: each has a table of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wgmesh {

// Words that may stand behind a command.
enum class ArgumentKind : std::uint8_t { kNone, kNode, kMesh, kShell, kCommand };

struct CommandRow {
  std::string_view name;
  std::string_view arguments;  // in a synopsis: "[NODE...]"
  std::string_view summary;    // a line of the list of commands
  // Paragraphs, with an empty line between them; `words` as they are typed.
  std::string_view description;
  ArgumentKind takes = ArgumentKind::kNone;
  std::size_t least = 0;  // words behind it
  std::size_t most = std::numeric_limits<std::size_t>::max();
  std::string_view forms = {};  // of its result, that --format may name; separated by blanks
  bool changes_nodes = false;   // or says what would change
};

// A bit for each command, in the order of the table.
using CommandSet = std::uint32_t;
inline constexpr CommandSet kEveryCommand = std::numeric_limits<CommandSet>::max();

constexpr bool has(CommandSet set, std::size_t command) { return ((set >> command) & 1U) != 0; }

// What an option's value is, and so how a shell completes it.
enum class ValueKind : std::uint8_t {
  kNone,  // the option is a flag
  kFile,
  kNumber,  // decimal, from least to most
  kSize,    // bytes, as 500M; the program reads it
  kText,    // the program reads it
  kWord,    // one of `words`
  kForm,    // one of the command's forms
};

struct OptionRow {
  char letter = '\0';  // none
  std::string_view name;
  CommandSet commands = kEveryCommand;  // that it goes with
  std::string_view help;                // one sentence without a full stop
  ValueKind kind = ValueKind::kNone;
  std::string_view value = {};  // the value's name: FILE
  std::string_view words = {};  // separated by blanks
  std::uint32_t least = 0;
  std::uint32_t most = 0;
  std::string_view beside = {};  // another option, without which it means nothing
};

struct ExitRow {
  int code;
  std::string_view meaning;
};

struct CommandTable {
  std::string_view program;
  std::string_view purpose;    // a sentence
  std::string_view arguments;  // in its synopsis: "COMMAND [NODE...]"
  std::string_view examples;   // lines
  std::span<const CommandRow> commands;
  std::span<const OptionRow> options;
  std::span<const ExitRow> exits;
};

// "a b" to a, b.
std::vector<std::string> words_of(std::string_view text);
// "a, b or c".
std::string alternatives(std::span<const std::string> words);
// Null if there is none.
const CommandRow* find_command(std::span<const CommandRow> commands, std::string_view name);
const OptionRow* find_option(std::span<const OptionRow> options, std::string_view name);
const OptionRow* find_option(std::span<const OptionRow> options, char letter);
std::vector<std::string> names_of(std::span<const CommandRow> commands);
// With the hyphens in front.
std::vector<std::string> names_of(std::span<const OptionRow> options);

}  // namespace wgmesh
