#include "common/scan_options.h"

#include <fmt/format.h>
#include <getopt.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace wgmesh {
namespace {

// What getopt_long returns for a long option: this and its row.
constexpr int kFirstRow = 256;
// … and for a word that is no option.
constexpr int kWordFound = 1;

std::string before_equals(const std::string& word) { return word.substr(0, word.find('=')); }

class OptionScan {
 public:
  OptionScan(std::span<const OptionRow> options, std::span<const std::string> arguments)
      : options_(options), arguments_(arguments.begin(), arguments.end()) {
    // Words come in their places: nothing is put into another order.
    letters_ = "-:";
    for (const OptionRow& row : options) {
      const bool is_flag = row.kind == ValueKind::kNone;
      names_.emplace_back(row.name);
      if (row.letter != '\0') { letters_ += fmt::format("{}{}", row.letter, is_flag ? "" : ":"); }
    }
    for (std::size_t i = 0; i < options.size(); ++i) {
      const bool is_flag = options[i].kind == ValueKind::kNone;
      long_options_.push_back({names_[i].c_str(), is_flag ? no_argument : required_argument,
                               nullptr, kFirstRow + static_cast<int>(i)});
    }
    long_options_.push_back({nullptr, 0, nullptr, 0});
    arguments_.insert(arguments_.begin(), "program");
    for (std::string& argument : arguments_) { argv_.push_back(argument.data()); }
    argv_.push_back(nullptr);
  }

  ScannedLine scan() {
    const int count = static_cast<int>(arguments_.size());
    ::opterr = 0;
    ::optind = 0;  // start anew
    for (;;) {
      at_ = static_cast<std::size_t>(std::max(::optind, 1));
      const int found =
          ::getopt_long(count, argv_.data(), letters_.c_str(), long_options_.data(), nullptr);
      if (found == -1) { break; }
      if (found == kWordFound) {
        line_.words.emplace_back(::optarg);
      } else if (found == '?') {
        take_refused();
      } else if (found == ':') {
        line_.waiting = row_of(::optopt);
        fault(OptionFault::Kind::kValueMissing, line_.waiting);
      } else {
        take(found);
      }
    }
    for (int i = ::optind; i < count; ++i) {
      line_.words.push_back(arguments_[static_cast<std::size_t>(i)]);
    }
    line_.has_ended = arguments_[static_cast<std::size_t>(::optind) - 1] == "--";
    return std::move(line_);
  }

 private:
  const OptionRow* row_of(int found) const {
    if (found >= kFirstRow) { return &options_[static_cast<std::size_t>(found - kFirstRow)]; }
    return find_option(options_, static_cast<char>(found));
  }

  bool is_long() const { return arguments_[at_].starts_with("--"); }

  std::string written(int letter) const {
    return is_long() ? before_equals(arguments_[at_])
                     : fmt::format("-{}", static_cast<char>(letter));
  }

  void fault(OptionFault::Kind kind, const OptionRow* option, std::string value = {}) {
    if (line_.fault) { return; }
    line_.fault = {kind, written(option == nullptr ? ::optopt : option->letter), option,
                   std::move(value)};
  }

  // An unknown option, or a flag with a value.
  void take_refused() {
    const OptionRow* option = ::optopt >= kFirstRow ? row_of(::optopt) : nullptr;
    if (option != nullptr && before_equals(arguments_[at_]).substr(2) == option->name) {
      fault(OptionFault::Kind::kValueUnwanted, option);
    } else {
      fault(OptionFault::Kind::kUnknown, nullptr);
    }
  }

  bool is_option(const std::string& word) const {
    if (word.size() < 2 || word[0] != '-') { return false; }
    return word[1] == '-' ? find_option(options_, before_equals(word).substr(2)) != nullptr
                          : find_option(options_, word[1]) != nullptr;
  }

  void take(int found) {
    const OptionRow& option = *row_of(found);
    if (is_long() && before_equals(arguments_[at_]).substr(2) != option.name) {
      return fault(OptionFault::Kind::kUnknown, nullptr);
    }
    const std::string value = ::optarg == nullptr ? "" : ::optarg;
    if (option.kind != ValueKind::kNone) {
      const bool stands_alone = ::optarg == argv_[static_cast<std::size_t>(::optind) - 1];
      if (line_.count(option.name) > 0) {
        fault(OptionFault::Kind::kRepeated, &option);
      } else if (stands_alone && is_option(value)) {
        fault(OptionFault::Kind::kValueIsOption, &option, value);
      } else if (value.empty()) {
        fault(OptionFault::Kind::kValueEmpty, &option);
      } else {
        check(option, value);
      }
    }
    line_.given.push_back({&option, written(option.letter), value});
  }

  void check(const OptionRow& option, const std::string& value) {
    if (option.kind == ValueKind::kNumber) {
      const bool is_number =
          value.size() < 10 && value.find_first_not_of("0123456789") == std::string::npos;
      if (!is_number) { return fault(OptionFault::Kind::kNoNumber, &option, value); }
      const std::uint32_t number = number_in(value);
      if (number < option.least || number > option.most) {
        fault(OptionFault::Kind::kOutOfRange, &option, value);
      }
    } else if (option.kind == ValueKind::kWord &&
               std::ranges::count(words_of(option.words), value) == 0) {
      fault(OptionFault::Kind::kNoWord, &option, value);
    }
  }

  std::span<const OptionRow> options_;
  std::vector<std::string> arguments_;
  std::vector<std::string> names_;
  std::vector<::option> long_options_;
  std::string letters_;
  std::vector<char*> argv_;
  std::size_t at_ = 1;  // the argument that getopt_long looks at
  ScannedLine line_;
};

}  // namespace

std::size_t ScannedLine::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      given, [&](const GivenOption& each) { return each.option->name == name; }));
}

std::string ScannedLine::value(std::string_view name) const {
  const auto found = std::find_if(given.rbegin(), given.rend(), [&](const GivenOption& each) {
    return each.option->name == name;
  });
  return found == given.rend() ? std::string() : found->value;
}

ScannedLine scan_options(std::span<const OptionRow> options,
                         std::span<const std::string> arguments) {
  return OptionScan(options, arguments).scan();
}

std::uint32_t number_in(const std::string& value) {
  std::uint32_t number = 0;
  std::from_chars(value.data(), value.data() + value.size(), number);
  return number;
}

}  // namespace wgmesh
