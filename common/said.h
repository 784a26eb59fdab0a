// What a program says to its user when something is wrong: one sentence, its cure, and the identifier by which
// programs know it. Each program lists all of its own in one table (messages.h); docs/messages.md is made of them.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace wgmesh {

enum class MessageKind { kError, kWarning };

// A line of a table.
struct Message {
  std::string_view id;  // lower-case words and hyphens; never given to another message
  MessageKind kind = MessageKind::kError;
  std::string_view text;  // fmt's format string: a sentence without a full stop
  std::string_view cure;  // fmt's, of the same arguments: what to do; empty where nothing is known
  std::string_view
      meaning;  // for docs/messages.md, where the text is another's words or one of several
};

// A message with its arguments.
struct Said {
  std::string id;
  std::string text;
  std::string cure;  // empty: not known

  bool operator==(const Said&) const = default;
};

// An identifier as a template's argument.
template <std::size_t size>
struct MessageId {
  char text[size] = {};
  // NOLINTNEXTLINE(google-explicit-constructor): it is written as a plain literal.
  consteval MessageId(const char (&literal)[size]) { std::copy_n(literal, size, text); }
  constexpr std::string_view view() const { return {text, size - 1}; }
};

// The line of `table` with this identifier. Does not compile when there is none.
consteval const Message& message_of(const auto& table, std::string_view id) {
  for (const Message& message : table) {
    if (message.id == id) { return message; }
  }
  throw "no line of the table has this identifier";
}

Said said(const Message& message, fmt::format_args arguments);

// The compiler checks that `arguments` are what the text and the cure ask for.
template <const auto& table, MessageId id, class... Arguments>
Said say_from(const Arguments&... arguments) {
  static constexpr const Message& kMessage = message_of(table, id.view());
  [[maybe_unused]] constexpr fmt::format_string<const Arguments&...> kText(kMessage.text);
  [[maybe_unused]] constexpr fmt::format_string<const Arguments&...> kCure(kMessage.cure);
  return said(kMessage, fmt::make_format_args(arguments...));
}

}  // namespace wgmesh
