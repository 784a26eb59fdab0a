#include "controller/complete.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

#include "common/help_text.h"
#include "common/scan_options.h"
#include "controller/completion_script.h"
#include "controller/load_mesh.h"
#include "controller/option_table.h"

namespace wgmesh {
namespace {

class Completer {
 public:
  Completer(std::span<const std::string> words, const NodeNames& node_names)
      : node_names_(node_names), current_(words.back()) {
    scanned_ = scan_options(mesh_table().options, words.first(words.size() - 1));
    if (!scanned_.words.empty()) { verb_ = find_verb(scanned_.words.front()); }
  }

  Completions complete() {
    if (scanned_.waiting != nullptr) {
      put_values(*scanned_.waiting, "");
    } else if (!scanned_.has_ended && current_.starts_with('-')) {
      put_option_words();
    } else if (scanned_.words.empty()) {
      put_commands();
    } else if (verb_) {
      put_arguments(row_of(*verb_));
    }
    return std::move(found_);
  }

 private:
  void offer(std::string word, std::string_view help = {}) {
    if (word.starts_with(current_)) {
      found_.candidates.push_back({std::move(word), std::string(help)});
    }
  }

  void put_commands() {
    for (const CommandRow& command : verb_rows()) {
      offer(std::string(command.name), command.summary);
    }
  }

  bool fits(const OptionRow& option) const {
    return !verb_ || has(option.commands, static_cast<std::size_t>(*verb_));
  }

  // --file, --file=VALUE or -fVALUE.
  void put_option_words() {
    const std::span<const OptionRow> options = mesh_table().options;
    if (const std::size_t equals = current_.find('=');
        current_.starts_with("--") && equals != std::string::npos) {
      const OptionRow* option = find_option(options, current_.substr(2, equals - 2));
      if (option != nullptr) { put_values(*option, current_.substr(0, equals + 1)); }
      return;
    }
    if (current_.size() > 2 && current_[1] != '-') {
      const OptionRow* option = find_option(options, current_[1]);
      if (option != nullptr) { put_values(*option, current_.substr(0, 2)); }
      return;
    }
    for (const OptionRow& option : options) {
      const bool is_given = scanned_.count(option.name) > 0 && option.name != "verbose";
      if (is_given || !fits(option)) { continue; }
      offer(fmt::format("--{}", option.name), help_of(option, verb_ ? &row_of(*verb_) : nullptr));
    }
  }

  void put_values(const OptionRow& option, const std::string& prefix) {
    switch (option.kind) {
      case ValueKind::kNone:
      case ValueKind::kNumber:
      case ValueKind::kSize:
      case ValueKind::kText:
        break;
      case ValueKind::kFile:
        found_.are_files = true;
        found_.prefix = prefix;
        break;
      case ValueKind::kWord:
        for (const std::string& word : words_of(option.words)) { offer(prefix + word); }
        break;
      case ValueKind::kForm:
        for (const std::string& form : forms()) { offer(prefix + form); }
        break;
    }
  }

  // Of the command, or all where none is known yet.
  std::vector<std::string> forms() const {
    if (verb_) { return forms_of(*verb_); }
    std::vector<std::string> all;
    for (const CommandRow& command : verb_rows()) {
      for (std::string& form : words_of(command.forms)) {
        if (std::ranges::count(all, form) == 0) { all.push_back(std::move(form)); }
      }
    }
    return all;
  }

  void put_arguments(const CommandRow& command) {
    const std::span<const std::string> given = std::span(scanned_.words).subspan(1);
    if (given.size() >= command.most) { return; }
    switch (command.takes) {
      case ArgumentKind::kNone:
      case ArgumentKind::kMesh:
        break;
      case ArgumentKind::kNode: {
        CommandLine line;
        line.verb = *verb_;
        line.file = scanned_.value("file");
        line.json_in = scanned_.count("json") > 0;
        for (const std::string& name : node_names_(line)) {
          if (std::ranges::count(given, name) == 0) { offer(name); }
        }
        break;
      }
      case ArgumentKind::kShell:
        for (const std::string& shell : completed_shells()) { offer(shell); }
        break;
      case ArgumentKind::kCommand:
        put_commands();
        break;
    }
  }

  const NodeNames& node_names_;
  std::string current_;
  ScannedLine scanned_;
  std::optional<Verb> verb_;
  Completions found_;
};

}  // namespace

Completions complete(std::span<const std::string> words, const NodeNames& node_names) {
  if (words.empty()) { return {}; }
  return Completer(words, node_names).complete();
}

std::vector<std::string> node_names_in_file(const CommandLine& line) {
  std::vector<std::string> names;
  const std::string file = line.file.empty() ? default_mesh_file() : line.file;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) { return names; }
  try {
    const Mesh mesh = load_mesh(line);
    for (const Node& node : mesh.nodes) { names.push_back(node.name); }
    if (changes_nodes(line.verb)) {
      for (const Node& node : mesh.absent) { names.push_back(node.name); }
    }
  } catch (const std::exception&) {
    // What is wrong with the file is for the command to say.
    names.clear();
  }
  return names;
}

std::string to_text(const Completions& completions) {
  if (completions.are_files) { return fmt::format(":files {}\n", completions.prefix); }
  std::string text;
  for (const Candidate& candidate : completions.candidates) {
    text +=
        fmt::format("{}{}{}\n", candidate.word, candidate.help.empty() ? "" : "\t", candidate.help);
  }
  return text;
}

}  // namespace wgmesh
