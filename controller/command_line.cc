#include "controller/command_line.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "common/nearest.h"
#include "controller/command_line_help.h"
#include "controller/exit_code.h"
#include "controller/text/messages.h"
#include "controller/version.h"

namespace wgmesh {
namespace {

constexpr std::array<std::pair<std::string_view, OutputForm>, 4> kForms = {
    {{"wide", OutputForm::kWide},
     {"json", OutputForm::kJson},
     {"yaml", OutputForm::kYaml},
     {"name", OutputForm::kName}}};

constexpr std::array<std::pair<std::string_view, ProgressMode>, 5> kModes = {
    {{"auto", ProgressMode::kAuto},
     {"tty", ProgressMode::kTty},
     {"plain", ProgressMode::kPlain},
     {"json", ProgressMode::kJson},
     {"quiet", ProgressMode::kQuiet}}};
constexpr unsigned kLeastConfirm = 2;  // seconds
constexpr unsigned kMostConfirm = 3600;

UsageExit bad_usage(const Said& said, std::string_view topic = {}) {
  return {
      kExitBadUsage,
      {},
      fmt::format("mesh: {}\n  try: mesh {}{}--help\n", said.text, topic, topic.empty() ? "" : " "),
      said,
      std::string(topic)};
}

std::string in_quotes(const std::string& word) { return "'" + word + "'"; }

// All options live in one flat parser, since each may stand before or after the verb; which verbs
// an option goes with is a table beside it.
class Parser {
 public:
  Parser() {
    app_.set_help_flag();
    app_.allow_extras();
    app_.add_option("words", words_);
    app_.add_flag("-h,--help", help_);
    app_.add_flag("-V,--version", version_);
    app_.add_option("-f,--file", line_.file)->type_name("FILE");
    app_.add_flag("-j,--json", line_.json_in);
    app_.add_flag("-q,--quiet", line_.quiet);
    app_.add_flag("-v,--verbose", line_.verbose);
    app_.add_flag("-K,--ask-become-pass", line_.ask_become_pass);
    app_.add_flag("--accept-new-host-keys", line_.accept_new_host_keys);
    app_.add_option("--progress", progress_)->type_name("MODE");
    const std::vector<Verb> converging = {Verb::kUp, Verb::kSync, Verb::kRotate};
    const std::vector<Verb> changing = {Verb::kUp, Verb::kDown, Verb::kSync, Verb::kRotate};
    only(converging, app_.add_flag("-i,--info", line_.show_info));
    only(changing, app_.add_flag("--interactive", line_.interactive));
    only(changing, app_.add_flag("-n,--dry-run", line_.dry_run));
    only(converging, app_.add_flag("--no-wait", line_.no_wait));
    only(changing, app_.add_flag("--skip-unreachable", line_.skip_unreachable));
    only({Verb::kUp, Verb::kSync},
         app_.add_flag("--replace-newer-agent", line_.replace_newer_agent));
    only(changing,
         app_.add_option("--confirm-timeout", line_.confirm_timeout)->type_name("SECONDS"));
    only({Verb::kUp, Verb::kDown, Verb::kSync, Verb::kRotate, Verb::kPlan, Verb::kStatus,
          Verb::kShow, Verb::kInfo, Verb::kCheck, Verb::kConf},
         app_.add_flag("-J,--json-out", line_.json_out));
    only({Verb::kDown}, app_.add_flag("-r,--remove", line_.remove));
    std::vector<Verb> listing = changing;
    listing.push_back(Verb::kPlan);
    only(listing, app_.add_flag("--detailed-exitcode", line_.detailed_exitcode));
    only({Verb::kShow}, app_.add_flag("--dump", line_.dump));
    only({Verb::kStatus}, app_.add_flag("-w,--watch", line_.watch));
    app_.add_option("-o,--format", form_)->type_name("FORM");
    only({Verb::kGraph}, app_.add_option("--output", line_.output)->type_name("FILE"));
    only({Verb::kGraph}, app_.add_flag("--offline", line_.offline));
  }

  std::variant<CommandLine, UsageExit> parse(std::span<const std::string> arguments) {
    try {
      // CLI11 takes them from the back.
      app_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::ParseError&) { return bad_usage(find_bad_value(arguments), topic()); }
    if (const auto unknown = app_.remaining(); !unknown.empty()) {
      return bad_usage(say<"usage-option-unknown">(unknown.front(),
                                                   did_you_mean(unknown.front(), option_names())),
                       topic());
    }
    if (version_ || (words_.size() == 1 && words_.front() == "version")) {
      return UsageExit{0, version_text(line_.verbose > 0), {}};
    }
    if (!words_.empty() && words_.front() == "help") {
      help_ = true;
      words_.erase(words_.begin());
    }
    const std::optional<Verb> verb = words_.empty() ? std::nullopt : find_verb(words_.front());
    if (!words_.empty() && !verb) {
      return bad_usage(
          say<"usage-command-unknown">(words_.front(), command_meant_by(words_.front())));
    }
    if (help_) { return UsageExit{0, help_for(topic()), {}}; }
    if (!verb) { return UsageExit{kExitBadUsage, {}, help_for({})}; }
    line_.verb = *verb;
    line_.nodes.assign(words_.begin() + 1, words_.end());
    const auto* mode = std::find_if(kModes.begin(), kModes.end(),
                                    [&](const auto& each) { return each.first == progress_; });
    if (mode == kModes.end()) {
      return bad_usage(
          say<"usage-value-invalid">("--progress", "is auto, tty, plain, json or quiet",
                                     in_quotes(progress_)),
          topic());
    }
    line_.progress = mode->second;
    const auto* form = std::ranges::find(kForms, std::string_view(form_),
                                         &std::pair<std::string_view, OutputForm>::first);
    if (form != kForms.end()) { line_.form = form->second; }
    if (line_.json_out && form_.empty()) { line_.form = OutputForm::kJson; }
    if (const auto misfit = find_misfit()) { return bad_usage(*misfit, topic()); }
    line_.json_out = line_.form == OutputForm::kJson;
    if (const auto wrong = choose_graph_format()) { return bad_usage(*wrong, topic()); }
    if (line_.quiet) { line_.progress = ProgressMode::kQuiet; }
    return line_;
  }

 private:
  void only(std::vector<Verb> verbs, CLI::Option* option) {
    restricted_.emplace_back(std::move(verbs), option);
  }

  // What the parser has refused, in our words: an option without its value, one that was given
  // twice, or a value that is none.
  Said find_bad_value(std::span<const std::string> arguments) const {
    std::set<const CLI::Option*> seen;
    for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
      const std::string word = arguments[i].substr(0, arguments[i].find('='));
      const CLI::Option* option = find_option(word);
      if (option == nullptr) { continue; }
      const std::string name = "--" + option->get_lnames().front();
      const bool has_value_within = word.size() < arguments[i].size();
      if (option->get_items_expected_max() == 0) {
        if (has_value_within) { return say<"usage-value-unwanted">(name); }
        continue;
      }
      const std::string value_name = option->get_type_name();
      if (!seen.insert(option).second) { return say<"usage-option-repeated">(name); }
      if (!has_value_within && i + 1 == arguments.size()) {
        return say<"usage-value-missing">(name, value_name, "");
      }
      const std::string& value =
          has_value_within ? arguments[i].substr(word.size() + 1) : arguments[++i];
      const bool is_number = !value.empty() && value.size() < 10 &&
                             value.find_first_not_of("0123456789") == std::string::npos;
      if (value_name == "SECONDS" && !is_number) {
        return say<"usage-value-invalid">(name, "wants a number of seconds", in_quotes(value));
      }
      if (find_option(value) != nullptr) {
        return say<"usage-value-missing">(name, value_name,
                                          fmt::format("; '{}' is an option", value));
      }
    }
    return say<"usage-value-unreadable">();
  }

  // By -f or --file; a cluster of letters ends in the one that takes a value.
  const CLI::Option* find_option(const std::string& word) const {
    const bool is_cluster = word.size() > 2 && word[0] == '-' && word[1] != '-';
    const std::string name = is_cluster ? "-" + word.substr(word.size() - 1) : word;
    if (name.size() < 2 || name[0] != '-') { return nullptr; }
    return app_.get_option_no_throw(name);
  }

  // The verb, if one was given: help and hints are about it.
  std::string topic() const {
    return !words_.empty() && find_verb(words_.front()) ? words_.front() : std::string();
  }

  std::vector<std::string> option_names() const {
    std::vector<std::string> names;
    for (const CLI::Option* option : app_.get_options()) {
      for (const std::string& name : option->get_lnames()) { names.push_back("--" + name); }
    }
    return names;
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

  // What does not go together.
  std::optional<Said> find_misfit() const {
    const Verb verb = line_.verb;
    for (const auto& [verbs, option] : restricted_) {
      if (option->count() == 0 || std::find(verbs.begin(), verbs.end(), verb) != verbs.end()) {
        continue;
      }
      std::vector<std::string> names;
      for (const Verb fitting : verbs) { names.push_back(to_text(fitting)); }
      return say<"usage-option-misplaced">(option->get_lnames().front(), to_text(verb),
                                           fmt::format("{}", fmt::join(names, ", ")));
    }
    if (!line_.nodes.empty() && !takes_node_names(verb)) {
      return say<"usage-node-names-unwanted">(to_text(verb), line_.nodes.front());
    }
    if (line_.confirm_timeout < kLeastConfirm || line_.confirm_timeout > kMostConfirm) {
      return say<"usage-value-invalid">(
          "--confirm-timeout", fmt::format("is {} to {} seconds", kLeastConfirm, kMostConfirm),
          line_.confirm_timeout);
    }
    const std::vector<std::string> forms = forms_of(verb);
    if (!form_.empty() && std::ranges::find(forms, form_) == forms.end()) {
      return say<"usage-value-invalid">(
          "--format", fmt::format("of '{}' is {}", to_text(verb), fmt::join(forms, ", ")),
          in_quotes(form_));
    }
    if (line_.json_out && line_.form != OutputForm::kJson) {
      return say<"usage-options-conflict">("format", "json-out", "are two formats; choose one");
    }
    if (line_.dump && line_.form == OutputForm::kJson) {
      return say<"usage-options-conflict">("dump", "json-out", "are two formats; choose one");
    }
    if (line_.detailed_exitcode && verb != Verb::kPlan && !line_.dry_run) {
      return say<"usage-detailed-exitcode-wants-dry-run">(to_text(verb));
    }
    if (line_.quiet && line_.verbose > 0) {
      return say<"usage-options-conflict">("quiet", "verbose", "exclude each other");
    }
    if (line_.interactive && line_.dry_run) { return say<"usage-nothing-to-ask">(); }
    return std::nullopt;
  }

  CLI::App app_{"", "mesh"};
  CommandLine line_;
  std::vector<std::string> words_;
  std::string progress_ = "auto";
  std::string form_;  // empty: not given
  bool help_ = false;
  bool version_ = false;
  std::vector<std::pair<std::vector<Verb>, CLI::Option*>> restricted_;
};

bool wants_json(std::span<const std::string> arguments) {
  std::string before;
  for (const std::string& argument : arguments) {
    if (argument == "--") { return false; }
    if (argument == "-J" || argument == "--json-out" || argument == "-ojson" ||
        argument == "--format=json") {
      return true;
    }
    if ((before == "-o" || before == "--format") && argument == "json") { return true; }
    before = argument;
  }
  return false;
}

}  // namespace

std::variant<CommandLine, UsageExit> parse_command_line(std::span<const std::string> arguments) {
  auto parsed = Parser().parse(arguments);
  // What cannot be parsed is told in the form that was asked for all the same.
  if (auto* usage = std::get_if<UsageExit>(&parsed)) { usage->json_out = wants_json(arguments); }
  return parsed;
}

}  // namespace wgmesh
