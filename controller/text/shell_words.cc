#include "controller/text/shell_words.h"

#include <algorithm>
#include <optional>

#include "common/error.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

class Splitter {
 public:
  explicit Splitter(std::string_view text) : rest_(text) {}

  std::vector<std::string> split() {
    while (!rest_.empty()) {
      const char c = take();
      if (kBlank.find(c) != kBlank.npos) {
        end_word();
      } else if (c == '\'') {
        single_quoted();
      } else if (c == '"') {
        double_quoted();
      } else if (c == '\\') {
        if (rest_.empty()) { throw Error(say<"command-backslash-last">()); }
        escaped(take());
      } else {
        refuse_shell_syntax(c);
        put(c);
      }
    }
    end_word();
    if (words_.empty()) { throw Error(say<"command-empty">()); }
    refuse_assignment(words_.front());
    return std::move(words_);
  }

 private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  void put(char c) {
    if (!word_) { word_.emplace(); }
    *word_ += c;
  }

  // A backslash before a newline continues the line, and is no character.
  void escaped(char c) {
    if (c != '\n') { put(c); }
  }

  void end_word() {
    if (word_) { words_.push_back(std::move(*word_)); }
    word_.reset();
  }

  void single_quoted() {
    const std::size_t end = rest_.find('\'');
    if (end == rest_.npos) { throw Error(say<"command-quote-open">('\'')); }
    if (!word_) { word_.emplace(); }
    *word_ += rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
  }

  // Between double quotes a backslash counts only before $ ` " \ and newline (POSIX 2.2.3).
  void double_quoted() {
    if (!word_) { word_.emplace(); }
    while (!rest_.empty()) {
      const char c = take();
      if (c == '"') { return; }
      if (c == '$' || c == '`') { refuse_shell_syntax(c); }
      if (c == '\\' && !rest_.empty() &&
          std::string_view("$`\"\\\n").find(rest_.front()) != rest_.npos) {
        escaped(take());
      } else {
        put(c);
      }
    }
    throw Error(say<"command-quote-open">('"'));
  }

  void refuse_shell_syntax(char c) const {
    if (std::string_view("|&;<>()$`*?[").find(c) != std::string_view::npos ||
        (!word_ && (c == '#' || c == '~'))) {
      throw Error(say<"command-shell-syntax">(c));
    }
  }

  static void refuse_assignment(std::string_view word) {
    const std::size_t sign = word.find('=');
    const auto is_letter = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    const auto is_of_a_name = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
    if (sign == word.npos || sign == 0 || !is_letter(word.front())) { return; }
    const std::string_view name = word.substr(0, sign);
    if (!std::ranges::all_of(name, is_of_a_name)) { return; }
    throw Error(say<"command-assignment">(name));
  }

  std::string_view rest_;
  std::optional<std::string> word_;
  std::vector<std::string> words_;
};

}  // namespace

std::vector<std::string> split_words(std::string_view text) {
  if (text.find('\0') != text.npos) { throw Error(say<"command-nul">()); }
  return Splitter(text).split();
}

}  // namespace wgmesh
