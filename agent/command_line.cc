#include "agent/command_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "agent/command_table.h"
#include "agent/text/messages.h"
#include "common/help_text.h"
#include "common/nearest.h"
#include "common/scan_options.h"

namespace wgmesh {
namespace {

std::string nearest_command(std::string_view name) {
  // As the controller's user calls them.
  if (name == "up" || name == "start") { return "restore"; }
  if (name == "show" || name == "info" || name == "list") { return "status"; }
  if (name == "stop") { return "down"; }
  return find_nearest(name, names_of(agent_table().commands)).value_or("");
}

Verb find_verb(std::string_view name) {
  const std::span<const CommandRow> commands = agent_table().commands;
  if (const CommandRow* row = find_command(commands, name)) {
    return static_cast<Verb>(row - commands.data());
  }
  const std::string nearest = nearest_command(name);
  throw UsageError(say<"usage-command-unknown">(
      name, nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest)));
}

Said said_of(const OptionFault& fault) {
  switch (fault.kind) {
    case OptionFault::Kind::kUnknown:
      break;
    case OptionFault::Kind::kRepeated:
      return say<"usage-option-repeated">(fault.written);
    case OptionFault::Kind::kValueMissing:
    case OptionFault::Kind::kValueIsOption:
    case OptionFault::Kind::kValueEmpty:
      return say<"usage-value-missing">(fault.written);
    case OptionFault::Kind::kValueUnwanted:
      return say<"usage-value-unwanted">(fault.written);
    case OptionFault::Kind::kNoNumber:
    case OptionFault::Kind::kOutOfRange:
    case OptionFault::Kind::kNoWord:
      return say<"usage-number-invalid">(fault.written, fault.option->least, fault.option->most,
                                         fault.value);
  }
  return say<"usage-option-unknown">(fault.written,
                                     did_you_mean(fault.written, names_of(agent_table().options)));
}

// What goes with other commands, or only beside another option.
void expect_fitting_options(const ScannedLine& scanned, Verb verb) {
  for (const GivenOption& given : scanned.given) {
    const OptionRow& option = *given.option;
    const bool fits = has(option.commands, static_cast<std::size_t>(verb));
    if (fits && (option.beside.empty() || scanned.count(option.beside) > 0)) { continue; }
    std::string place;
    for (std::size_t i = 0; i < agent_table().commands.size(); ++i) {
      if (!has(option.commands, i)) { continue; }
      place += fmt::format("{}{}", place.empty() ? "" : ", ", agent_table().commands[i].name);
    }
    if (!option.beside.empty()) { place += fmt::format(" --{}", option.beside); }
    throw UsageError(say<"usage-option-misplaced">(given.written, place));
  }
}

void expect_one_form(const CommandLine& line) {
  std::string_view form;
  for (const auto& [is_given, option] : {std::pair(line.as_document, "-J"),
                                         {line.as_json, "--json"},
                                         {line.as_metrics, "--prometheus"},
                                         {line.as_check, "--check"}}) {
    if (!is_given) { continue; }
    if (!form.empty()) { throw UsageError(say<"usage-options-exclusive">(form, option)); }
    form = option;
  }
}

// `help VERB`, `VERB --help` or either alone.
CommandLine help_about(std::span<const std::string> words) {
  CommandLine line;
  if (!words.empty() && words.front() == "help") { words = words.subspan(1); }
  if (!words.empty()) { line.topic = row_of(find_verb(words.front())).name; }
  return line;
}

}  // namespace

std::string help_for(std::string_view topic) {
  const CommandRow* command = find_command(agent_table().commands, topic);
  return command == nullptr ? help_overview(agent_table()) : help_of(agent_table(), *command);
}

CommandLine parse_command_line(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  const ScannedLine scanned = scan_options(agent_table().options, arguments);
  if (scanned.fault) { throw UsageError(said_of(*scanned.fault)); }
  CommandLine line;
  for (const GivenOption& given : scanned.given) { put_option(*given.option, given.value, line); }
  const std::vector<std::string>& words = scanned.words;
  if (scanned.count("help") > 0 || (!words.empty() && words[0] == "help")) {
    return help_about(words);
  }
  if (scanned.count("version") > 0) { return {.verb = Verb::kVersion, .verbose = line.verbose}; }
  if (words.empty()) { throw UsageError(say<"usage-command-missing">()); }
  line.verb = find_verb(words[0]);
  const CommandRow& row = row_of(line.verb);
  const std::size_t count = words.size() - 1;
  if (count < row.least) { throw UsageError(say<"usage-mesh-missing">(row.name)); }
  if (count > row.most) {
    throw UsageError(say<"usage-words-unwanted">(
        row.name, row.most == 0 ? "no MESH" : "one MESH",
        fmt::format("{}", fmt::join(words.begin() + 1, words.end(), " "))));
  }
  expect_fitting_options(scanned, line.verb);
  expect_one_form(line);
  if (count > 0) { line.mesh = words[1]; }
  return line;
}

}  // namespace wgmesh
