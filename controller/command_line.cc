#include "controller/command_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "common/error.h"
#include "common/help_text.h"
#include "common/naming.h"
#include "common/nearest.h"
#include "common/net.h"
#include "common/scan_options.h"
#include "controller/completion_script.h"
#include "controller/exit_code.h"
#include "controller/file/destination.h"
#include "controller/option_table.h"
#include "controller/text/decimal_bytes.h"
#include "controller/text/messages.h"
#include "controller/version.h"

namespace wgmesh {
namespace {

constexpr std::array<std::pair<std::string_view, OutputForm>, 4> kForms = {
    {{"wide", OutputForm::kWide},
     {"json", OutputForm::kJson},
     {"yaml", OutputForm::kYaml},
     {"name", OutputForm::kName}}};

constexpr std::uint64_t kLeastBenchBytes = 1'000'000;

UsageExit bad_usage(const Said& said, std::string_view topic = {}) {
  return {
      kExitBadUsage,
      {},
      fmt::format("mesh: {}\n  try: mesh {}{}--help\n", said.text, topic, topic.empty() ? "" : " "),
      said,
      std::string(topic)};
}

std::string in_quotes(std::string_view word) { return fmt::format("'{}'", word); }

Said said_of(const OptionFault& fault) {
  if (fault.option == nullptr) {
    return say<"usage-option-unknown">(fault.written,
                                       did_you_mean(fault.written, names_of(mesh_table().options)));
  }
  const OptionRow& option = *fault.option;
  const std::string name = fmt::format("--{}", option.name);
  switch (fault.kind) {
    case OptionFault::Kind::kUnknown:
      break;
    case OptionFault::Kind::kRepeated:
      return say<"usage-option-repeated">(name);
    case OptionFault::Kind::kValueMissing:
      return say<"usage-value-missing">(name, option.value, "");
    case OptionFault::Kind::kValueIsOption:
      return say<"usage-value-missing">(name, option.value,
                                        fmt::format("; '{}' is an option", fault.value));
    case OptionFault::Kind::kValueEmpty:
      return say<"usage-value-unreadable">();
    case OptionFault::Kind::kValueUnwanted:
      return say<"usage-value-unwanted">(name);
    case OptionFault::Kind::kNoNumber:
      return say<"usage-value-invalid">(name, "wants a number of seconds", in_quotes(fault.value));
    case OptionFault::Kind::kOutOfRange:
      return say<"usage-value-invalid">(
          name, fmt::format("is {} to {} seconds", option.least, option.most), fault.value);
    case OptionFault::Kind::kNoWord:
      return say<"usage-value-invalid">(
          name, fmt::format("is {}", alternatives(words_of(option.words))), in_quotes(fault.value));
  }
  return {};
}

class Parser {
 public:
  explicit Parser(std::span<const std::string> arguments)
      : scanned_(scan_options(mesh_table().options, arguments)), form_(scanned_.value("format")) {}

  std::variant<CommandLine, UsageExit> parse() {
    std::vector<std::string>& words = scanned_.words;
    if (scanned_.fault) { return bad_usage(said_of(*scanned_.fault), topic()); }
    for (const GivenOption& given : scanned_.given) {
      put_option(*given.option, given.value, line_);
    }
    if (is_given("version")) { return version(); }
    bool wants_help = is_given("help");
    if (words.size() > 1 && words.front() == "help") {
      wants_help = true;
      words.erase(words.begin());
    }
    const std::optional<Verb> verb = words.empty() ? std::nullopt : find_verb(words.front());
    if (!words.empty() && !verb) {
      return bad_usage(
          say<"usage-command-unknown">(words.front(), command_meant_by(words.front())));
    }
    if (wants_help) { return help(); }
    if (!verb) { return UsageExit{kExitBadUsage, {}, help_overview(mesh_table())}; }
    line_.verb = *verb;
    line_.nodes.assign(words.begin() + 1, words.end());
    choose_form();
    if (const auto misfit = find_misfit()) { return bad_usage(*misfit, topic()); }
    line_.json_out = line_.form == OutputForm::kJson;
    if (const auto wrong = choose_bench_bytes()) { return bad_usage(*wrong, topic()); }
    if (const auto wrong = choose_graph_format()) { return bad_usage(*wrong, topic()); }
    if (const auto wrong = choose_export()) { return bad_usage(*wrong, topic()); }
    if (line_.quiet) { line_.progress = ProgressMode::kQuiet; }
    if (*verb == Verb::kVersion) { return version(); }
    if (*verb == Verb::kHelp) { return UsageExit{kExitDone, help_overview(mesh_table()), {}}; }
    if (*verb == Verb::kCompletion) {
      return UsageExit{kExitDone, *completion_script(line_.nodes.front()), {}};
    }
    return line_;
  }

 private:
  bool is_given(std::string_view option) const { return scanned_.count(option) > 0; }

  UsageExit version() const { return {kExitDone, version_text(line_.verbose > 0), {}}; }

  UsageExit help() const {
    const CommandRow* command = find_command(verb_rows(), topic());
    return {kExitDone,
            command == nullptr ? help_overview(mesh_table()) : help_of(mesh_table(), *command),
            {}};
  }

  // The verb, if one was given: help and hints are about it.
  std::string topic() const {
    const std::vector<std::string>& words = scanned_.words;
    return !words.empty() && find_verb(words.front()) ? words.front() : std::string();
  }

  void choose_form() {
    const auto* form = std::ranges::find(kForms, std::string_view(form_),
                                         &std::pair<std::string_view, OutputForm>::first);
    if (form != kForms.end()) { line_.form = form->second; }
    // The format of an export is that of the files, in JSON, too.
    if (line_.json_out && (form_.empty() || line_.verb == Verb::kExport)) {
      line_.form = OutputForm::kJson;
    }
  }

  // As --format says, else as the file's ending does. Returns what is wrong.
  std::optional<Said> choose_graph_format() {
    if (line_.verb != Verb::kGraph) { return std::nullopt; }
    if (form_.empty() && (line_.output.empty() || line_.output == "-")) { return std::nullopt; }
    const auto format =
        form_.empty() ? graph_format_of_file(line_.output) : find_graph_format(form_);
    if (!format) {
      return say<"usage-value-invalid">("--output",
                                        "ends in .dot, .mmd, .svg or .html without --format",
                                        in_quotes(line_.output));
    }
    line_.graph_format = *format;
    return std::nullopt;
  }

  // With --offline the one word is a folder of this machine. Returns what is wrong.
  std::optional<Said> choose_export() {
    if (line_.verb != Verb::kExport) { return std::nullopt; }
    const auto format = find_export_format(form_);
    if (!format) { return say<"usage-export-format-missing">(); }
    line_.export_format = *format;
    if (line_.offline) {
      if (line_.nodes.size() != 1 || !line_.export_folder.empty()) {
        return say<"usage-export-offline">();
      }
      line_.export_folder = line_.nodes.front();
      line_.nodes.clear();
      return std::nullopt;
    }
    if (line_.all && !line_.nodes.empty()) {
      return say<"usage-words-unwanted">("export --all", line_.nodes.front());
    }
    if (!line_.export_folder.empty() && !line_.export_folder.starts_with('/')) {
      return say<"usage-export-folder-relative">(in_quotes(line_.export_folder));
    }
    return std::nullopt;
  }

  std::optional<Said> choose_bench_bytes() {
    const std::string given = scanned_.value("max-bytes");
    if (given.empty()) { return std::nullopt; }
    const auto bytes = parse_decimal_bytes(given);
    if (!bytes || *bytes < kLeastBenchBytes) {
      return say<"usage-value-invalid">("--max-bytes", "is a number of bytes as 1M, 500M or 2G",
                                        in_quotes(given));
    }
    line_.bench_bytes = *bytes;
    return std::nullopt;
  }

  // An option, a word or a form that does not go with the verb.
  std::optional<Said> find_misplaced() const {
    const Verb verb = line_.verb;
    for (const GivenOption& given : scanned_.given) {
      const CommandSet commands = given.option->commands;
      if (has(commands, static_cast<std::size_t>(verb))) { continue; }
      std::vector<std::string> names;
      for (std::size_t i = 0; i < verb_rows().size(); ++i) {
        if (has(commands, i)) { names.emplace_back(verb_rows()[i].name); }
      }
      return say<"usage-option-misplaced">(given.option->name, to_text(verb),
                                           fmt::format("{}", fmt::join(names, ", ")));
    }
    const CommandRow& row = row_of(verb);
    if (row.takes == ArgumentKind::kShell &&
        (line_.nodes.empty() || !completion_script(line_.nodes.front()))) {
      return say<"usage-shell-unknown">(
          line_.nodes.empty() ? "" : ", not " + in_quotes(line_.nodes.front()));
    }
    if (line_.nodes.size() > row.most) {
      const bool is_about_mesh = row.most == 0 && !row.forms.empty();
      const std::string& word = line_.nodes[row.most];
      return is_about_mesh ? say<"usage-node-names-unwanted">(to_text(verb), word)
                           : say<"usage-words-unwanted">(to_text(verb), word);
    }
    const std::vector<std::string> forms = forms_of(verb);
    if (!form_.empty() && std::ranges::find(forms, form_) == forms.end()) {
      return say<"usage-value-invalid">(
          "--format", fmt::format("of '{}' is {}", to_text(verb), fmt::join(forms, ", ")),
          in_quotes(form_));
    }
    return std::nullopt;
  }

  // What does not go together.
  std::optional<Said> find_misfit() const {
    if (const auto misplaced = find_misplaced()) { return misplaced; }
    if (line_.json_out && line_.form != OutputForm::kJson) {
      return say<"usage-options-conflict">("format", "json-out", "are two formats; choose one");
    }
    if (line_.dump && line_.form == OutputForm::kJson) {
      return say<"usage-options-conflict">("dump", "json-out", "are two formats; choose one");
    }
    if (line_.detailed_exitcode && line_.verb != Verb::kPlan && !line_.dry_run) {
      return say<"usage-detailed-exitcode-wants-dry-run">(to_text(line_.verb));
    }
    if (line_.quiet && line_.verbose > 0) {
      return say<"usage-options-conflict">("quiet", "verbose", "exclude each other");
    }
    if (line_.interactive && line_.dry_run) { return say<"usage-nothing-to-ask">(); }
    return line_.verb == Verb::kInit ? find_misfit_of_init() : std::nullopt;
  }

  std::optional<Said> find_misfit_of_init() const {
    if (line_.nodes.empty() && line_.from.empty()) { return say<"usage-init-wants-hosts">(); }
    if (!line_.name.empty() && (!is_mesh_name(line_.name) || line_.name == "bin")) {
      return say<"usage-value-invalid">(
          "--name", "is 1 to 12 characters A-Z a-z 0-9 _ - and not bin", in_quotes(line_.name));
    }
    const auto network = parse_prefix(line_.network);
    if (!line_.network.empty() && (!network || network_of(*network) != *network)) {
      return say<"usage-value-invalid">("--network",
                                        "is a network with prefix length, such as 10.0.0.0/24",
                                        in_quotes(line_.network));
    }
    for (const std::string& host : line_.nodes) {
      try {
        parse_ssh_target(host);
      } catch (const Error& error) {
        return say<"usage-value-invalid">(
            "HOST", fmt::format("is [user@]host[:port] ({})", error.message()), in_quotes(host));
      }
    }
    return std::nullopt;
  }

  ScannedLine scanned_;
  CommandLine line_;
  std::string form_;  // empty: not given
};

bool wants_json(std::span<const std::string> arguments) {
  const ScannedLine scanned = scan_options(mesh_table().options, arguments);
  return scanned.count("json-out") > 0 || scanned.value("format") == "json";
}

}  // namespace

std::variant<CommandLine, UsageExit> parse_command_line(std::span<const std::string> arguments) {
  auto parsed = Parser(arguments).parse();
  // What cannot be parsed is told in the form that was asked for all the same.
  if (auto* usage = std::get_if<UsageExit>(&parsed)) { usage->json_out = wants_json(arguments); }
  return parsed;
}

}  // namespace wgmesh
